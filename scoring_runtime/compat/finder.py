"""Makes the Azure import names of entry scripts resolve, with or without any Azure package installed.

The files in azure/, azureml/ and azureml_inference_server_http/ beside this one are what those names mean
here. Two finders serve them: one in front of all others for the raw-HTTP names, where an installed Azure
package would set a flag that this server never sees; and one behind all others for the rest, so that what
is installed wins, name by name. A parent may therefore be installed while its child is ours, and the other
way round.

Old scripts also import `sklearn.externals.joblib`, gone since scikit-learn 0.23: that name and those below
it become the installed `joblib`, the very same module objects, for joblib checks the types of what it
unpickles.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

RAW_HTTP_NAMES = frozenset(
    {
        "azureml.contrib.services",
        "azureml.contrib.services.aml_request",
        "azureml.contrib.services.aml_response",
        "azureml_inference_server_http",
        "azureml_inference_server_http.api",
        "azureml_inference_server_http.api.aml_request",
        "azureml_inference_server_http.api.aml_response",
        "azureml_inference_server_http.log_config",
    }
)
_TREE = Path(__file__).parent
_ROOTS = {"azure", "azureml", "azureml_inference_server_http"}
_OLD_JOBLIB = "sklearn.externals.joblib"


def install() -> None:
    """Put both finders in place; doing it again changes nothing."""
    if _FIRST not in sys.meta_path:
        sys.meta_path.insert(0, _FIRST)
    if _LAST not in sys.meta_path:
        sys.meta_path.append(_LAST)


def uninstall() -> None:
    """Take both finders away; what was imported stays imported."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in (_FIRST, _LAST)]


class RawHttpFinder(MetaPathFinder):
    """Serves the raw-HTTP names whatever is installed, and what lies below the old joblib name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in RAW_HTTP_NAMES:
            return _beside_installed(_own_spec(fullname), path)
        below_joblib = fullname.startswith(f"{_OLD_JOBLIB}.")
        if below_joblib and sys.modules.get(_OLD_JOBLIB) is sys.modules.get("joblib"):
            return ModuleSpec(fullname, JoblibLoader())
        return None


class FallbackFinder(MetaPathFinder):
    """Serves the other names when no finder before it knows them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "sklearn.externals":
            return ModuleSpec(fullname, None, is_package=True)
        if fullname == _OLD_JOBLIB:
            return ModuleSpec(fullname, JoblibLoader())
        return _own_spec(fullname)


class JoblibLoader(Loader):
    """Puts joblib, or one of its modules, where the old name is expected."""

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        try:
            sys.modules[name] = import_module(name.replace(_OLD_JOBLIB, "joblib", 1))
        except ModuleNotFoundError as error:
            if error.name != "joblib":
                raise
            raise ImportError(
                f"{_OLD_JOBLIB}, gone from scikit-learn 0.23 on, needs joblib: pip install joblib",
                name=name,
            ) from error


def _own_spec(fullname: str) -> ModuleSpec | None:
    parts = fullname.split(".")
    if parts[0] not in _ROOTS:
        return None
    place = _TREE.joinpath(*parts)
    package_file, module_file = place / "__init__.py", place.with_suffix(".py")
    if package_file.is_file():
        return spec_from_file_location(fullname, package_file, submodule_search_locations=[str(place)])
    return spec_from_file_location(fullname, module_file) if module_file.is_file() else None


def _beside_installed(spec: ModuleSpec | None, path: Sequence[str] | None) -> ModuleSpec | None:
    """Our package, with the folders of an installed one behind it for the sake of its other modules."""
    if spec is not None and spec.submodule_search_locations is not None:
        installed = PathFinder.find_spec(spec.name, path)
        folders = installed and installed.submodule_search_locations
        spec.submodule_search_locations += [
            folder for folder in folders or () if folder not in spec.submodule_search_locations
        ]
    return spec


_FIRST = RawHttpFinder()
_LAST = FallbackFinder()
