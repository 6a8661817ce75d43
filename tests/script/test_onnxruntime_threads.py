"""The number of threads that a script's onnxruntime sessions have, with the real library in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from scoring_runtime.script import onnxruntime_threads
from scoring_runtime.script.onnxruntime_threads import thread_count
from tests.process import clean_environment
from tests.script.onnx_model import identity_model

ROOT = Path(__file__).parents[2]


def printed(code: str, cwd: Path, openmp: str | None = "3") -> list[str]:
    """What a script prints; `model` are the bytes of one, `threads()` counts those of the process."""
    start = f"""
        import os
        from scoring_runtime.script import onnxruntime_threads
        onnxruntime_threads.install()
        onnxruntime_threads.install()
        model = {identity_model()!r}
        def threads():
            return len(os.listdir("/proc/self/task"))
    """
    budget = {} if openmp is None else {"OMP_NUM_THREADS": openmp}
    done = subprocess.run(
        [sys.executable, "-c", dedent(start) + dedent(code)],
        cwd=cwd,
        env=clean_environment({"PYTHONPATH": str(ROOT), **budget}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    "session",
    [
        "onnxruntime.InferenceSession(model)",
        "onnxruntime.InferenceSession(path_or_bytes=model, providers=['CPUExecutionProvider'])",
        "onnxruntime.InferenceSession(model, None, ['CPUExecutionProvider'])",
        "onnxruntime.InferenceSession(model, sess_options=onnxruntime.SessionOptions())",
    ],
)
def test_a_session_without_a_number_has_the_budgets(session: str, tmp_path: Path) -> None:
    code = f"""
        import numpy, onnxruntime
        before = threads()
        session = {session}
        started = threads() - before
        output, = session.run(None, {{"x": numpy.array([1, 2], "float32")}})
        print(session.get_session_options().intra_op_num_threads, started, *output.tolist())
    """
    # onnxruntime counts the thread that calls run() as one of them.
    assert printed(code, tmp_path) == ["3", "2", "1.0", "2.0"]


@pytest.mark.parametrize("number", [0, 1, 4])
def test_a_number_of_the_script_is_kept(number: int, tmp_path: Path) -> None:
    code = f"""
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = {number}
        print(onnxruntime.InferenceSession(model, options).get_session_options().intra_op_num_threads)
    """
    assert printed(code, tmp_path) == [str(number)]


def test_without_a_budget_nothing_changes(tmp_path: Path) -> None:
    code = "import onnxruntime; print(onnxruntime.SessionOptions().intra_op_num_threads)"
    assert printed(code, tmp_path, openmp=None) == ["0"]


def test_the_module_is_what_it_was(tmp_path: Path) -> None:
    code = """
        import inspect, importlib.resources, onnxruntime
        print(type(onnxruntime.__spec__.loader).__name__, inspect.getsource(onnxruntime) != "")
        print(importlib.resources.files("onnxruntime").is_dir(), onnxruntime.InferenceSession.__init__.__name__)
    """
    assert printed(code, tmp_path) == ["SourceFileLoader", "True", "True", "__init__"]


def test_another_module_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "onnxruntime.py").write_text("kind = 'the script\\'s'")
    assert printed("import onnxruntime; print(onnxruntime.kind)", tmp_path) == ["the", "script's"]


def test_a_module_that_is_not_there_is_still_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [])
    onnxruntime_threads.install()
    assert len(sys.meta_path) == 1
    assert sys.meta_path[0].find_spec("onnxruntime", None, None) is None
    onnxruntime_threads.uninstall()
    assert sys.meta_path == []


@pytest.mark.parametrize(("openmp", "count"), [("4", 4), (" 4,2 ", 4), ("", 0), ("x", 0), ("-1", 0)])
def test_thread_count(openmp: str, count: int) -> None:
    assert thread_count(openmp) == count


def test_the_budget_is_read_when_it_is_needed(tmp_path: Path) -> None:
    code = """
        import onnxruntime
        os.environ["OMP_NUM_THREADS"] = "2"
        print(onnxruntime.SessionOptions().intra_op_num_threads)
    """
    assert printed(code, tmp_path) == ["2"]
