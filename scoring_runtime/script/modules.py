"""What a script brings along, for loading it anew: its own modules and schemas, not the installed libraries."""

from __future__ import annotations

import importlib
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import scoring_runtime

# By module and function, "entry_module.run".
Schemas = dict[str, Any]


class ScriptModules:
    """`forget` makes the next import read the files below `folders` again; `restore` takes that back."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._folders = tuple(Path(folder).resolve() for folder in folders)
        self._forgotten: dict[str, ModuleType] = {}
        self._forgotten_schemas: list[tuple[Schemas, Schemas]] = []

    def forget(self) -> None:
        self._forgotten = {name: module for name, module in list(sys.modules.items()) if self._is_own(module)}
        for name in self._forgotten:
            del sys.modules[name]
        self._forgotten_schemas = [(registry, self._removed(registry)) for registry in _schema_registries()]
        importlib.invalidate_caches()

    def restore(self) -> None:
        """The old modules are found again, as the script that is still served may import them late."""
        sys.modules.update(self._forgotten)
        for registry, forgotten in self._forgotten_schemas:
            registry.update(forgotten)

    def _removed(self, schemas: Schemas) -> Schemas:
        """Takes out what belongs to forgotten modules, and returns it."""
        names = [name for name in schemas if name.rpartition(".")[0] in self._forgotten]
        return {name: schemas.pop(name) for name in names}

    def _is_own(self, module: ModuleType) -> bool:
        file = getattr(module, "__file__", None)
        if module.__name__ == "__main__" or not isinstance(file, str) or not file.endswith(".py"):
            return False
        path = Path(file).resolve()
        return _is_below(path, self._folders) and not _is_below(path, _installed_folders())


def _schema_registries() -> list[Schemas]:
    """What the inference-schema package keeps of decorated functions; it refuses to describe one of them twice."""
    schema_util = sys.modules.get("inference_schema.schema_util")
    return [schema_util.__functions_schema__, schema_util.__versions__] if schema_util is not None else []


def _is_below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _installed_folders() -> list[Path]:
    """Where the standard library, installed packages and this package are."""
    paths = sysconfig.get_paths()
    names = [paths[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    names += [*site.getsitepackages(), site.getusersitepackages(), os.path.dirname(scoring_runtime.__file__)]
    return [Path(name).resolve() for name in names]
