"""`Model.get_model_path` without a workspace: a registered model's name becomes the path of its files.

Models lie in azureml-models/<name>/<version>/ below the working directory, each version folder with one
entry, the file or folder that was registered. Paths stay relative, because scripts split them. Without such
a folder the name itself may be a path, which is how scripts run on a developer's machine.
"""

from __future__ import annotations

import os

from scoring_runtime.compat.exceptions import ModelNotFoundException, WebserviceException

MODELS_FOLDER = "azureml-models"


class Model:
    """The one member of Azure's class that works without a workspace."""

    @staticmethod
    def get_model_path(model_name: str, version: int | None = None, _workspace: object = None) -> str:
        """The path of a model's file or folder; of its latest version, if none is given."""
        if version is not None and not isinstance(version, int):
            raise WebserviceException(
                f"The version of model {model_name!r} must be an int or None, not {type(version).__name__}"
            )
        versions_folder = os.path.join(MODELS_FOLDER, model_name)
        if os.path.isdir(versions_folder):
            chosen = str(version) if version is not None else _latest_version(versions_folder)
            return _only_entry(os.path.join(versions_folder, chosen))
        if os.path.exists(model_name):
            return model_name
        raise ModelNotFoundException(
            f"Model {model_name!r} not found: there is neither {versions_folder!r} nor {model_name!r} "
            f"in the working directory {os.getcwd()!r}"
        )


def _latest_version(versions_folder: str) -> str:
    versions = [name for name in os.listdir(versions_folder) if name.isdecimal()]
    if not versions:
        raise ModelNotFoundException(f"{versions_folder!r} holds no folder named after a version number")
    return max(versions, key=int)


def _only_entry(version_folder: str) -> str:
    if not os.path.isdir(version_folder):
        raise ModelNotFoundException(f"There is no model version {version_folder!r}")
    entries = sorted(os.listdir(version_folder))
    if len(entries) != 1:
        raise WebserviceException(
            f"{version_folder!r} must hold exactly one file or folder, not {len(entries)}: {entries[:10]}"
        )
    return os.path.join(version_folder, entries[0])
