"""Sessions of onnxruntime use the core budget unless their script says otherwise.

Its wheels are built without OpenMP, so OMP_NUM_THREADS means nothing to them: a session starts a thread for each core
of the machine, container or not. A finder in front of all others waits for the import of onnxruntime, lets the others
find it, and changes what SessionOptions start with: as many threads as OMP_NUM_THREADS says, whoever has set it. A
script that sets `intra_op_num_threads` (0: as onnxruntime likes) has its way as before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import wraps
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NAME = "onnxruntime"


def install() -> None:
    """Put the finder in place; doing it again changes nothing."""
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def uninstall() -> None:
    """Take the finder away; an onnxruntime that was imported stays changed."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not _FINDER]


def thread_count(openmp: str) -> int:
    """The first number of OMP_NUM_THREADS (which may list one per level of nesting); 0 if there is none."""
    first = openmp.partition(",")[0].strip()
    return int(first) if first.isdecimal() else 0


class OnnxruntimeFinder(MetaPathFinder):
    """Finds what the other finders find, and has it changed once it is loaded."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != NAME:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        specs = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            _change_when_loaded(spec.loader)
        return spec


def _change_when_loaded(loader: Any) -> None:
    load = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        load(module)
        # A folder of the user may have the same name.
        if hasattr(module, "SessionOptions") and hasattr(module, "InferenceSession"):
            _set_defaults(module)

    # The loader stays what it is, for those who ask it for sources and resources.
    loader.exec_module = exec_module


def _set_defaults(onnxruntime: Any) -> None:
    options, session = onnxruntime.SessionOptions, onnxruntime.InferenceSession
    init_options, init_session = options.__init__, session.__init__

    @wraps(init_options)
    def options_init(self: Any, *args: Any, **kwargs: Any) -> None:
        init_options(self, *args, **kwargs)
        self.intra_op_num_threads = thread_count(os.environ.get("OMP_NUM_THREADS", ""))

    @wraps(init_session)
    def session_init(self: Any, path_or_bytes: Any, sess_options: Any = None, *args: Any, **kwargs: Any) -> None:
        init_session(self, path_or_bytes, options() if sess_options is None else sess_options, *args, **kwargs)

    options.__init__, session.__init__ = options_init, session_init


_FINDER = OnnxruntimeFinder()
