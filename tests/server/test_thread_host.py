"""The script in this process: served, loaded anew beside the old one, and forgotten when nobody needs it."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pytest

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.errors import ScriptError, StartError
from scoring_runtime.script import coroutines
from scoring_runtime.server.host import FrontDesk
from scoring_runtime.server.thread_host import ThreadHost
from scoring_runtime.settings import Settings
from tests.dispatch.calls import shown
from tests.script.application import INIT, Application

WAIT_S = 20.0
VERSION = "def init():\n    global version\n    version = {0}\ndef run(data): return version\n"
SCHEMA = f"""
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.schema_decorators import input_schema, output_schema
{INIT}
@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
@output_schema(NumpyParameterType(np.array([1.0])))
def run(data): """


class Served:
    """A host with the script of `application`, an event loop on a thread of its own, and runners beside this one."""

    def __init__(self, application: Application, source: str, threads: int = 1) -> None:
        self._application = application
        self._seconds = 0
        self.write(source)
        self.loop = asyncio.new_event_loop()
        self.dispatcher = Dispatcher(self.loop, QueueLimits(100, 100), timeout_ms=60_000)
        self.opened: list[Any] = []
        desk: Any = FrontDesk(self.loop, self.dispatcher, self, self, self)  # type: ignore[arg-type]
        settings = Settings(app_root=str(application.root), entry_script="score.py", threads=threads)
        self.host = ThreadHost(settings, desk)
        self._loop_thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._loop_thread.start()
        self.host.start()
        self._worker = threading.Thread(target=self.work, daemon=True)
        self._worker.start()

    def open(self, service: Any) -> None:
        """What the endpoint is given."""
        self.opened.append(service)

    def script_loaded(self, takes_parameters: bool) -> None:
        """What those who watch are told."""

    def work(self) -> None:
        self.host.work(lambda: None)
        coroutines.adopt(None)

    def write(self, source: str, name: str = "score.py") -> None:
        """A file that is younger than the one before it by more than the file system may round."""
        path = self._application.write(name, source)
        self._seconds += 10
        later_s = path.stat().st_mtime + self._seconds
        os.utime(path, (later_s, later_s))

    def begun(self, data: Any) -> SimpleQueue[Outcome]:
        """A call that has been submitted, and where its outcome will be."""
        outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self.loop.call_soon_threadsafe(self.dispatcher.submit, Call({"data": data}, outcomes.put))
        return outcomes

    def ask(self, data: Any = 0) -> bytes | str:
        return shown(self.begun(data).get(timeout=WAIT_S))

    def reload(self) -> StartError | None:
        done: SimpleQueue[StartError | None] = SimpleQueue()
        self.loop.call_soon_threadsafe(self.host.reload, done.put)
        return done.get(timeout=WAIT_S)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.host.stop)
        self._worker.join(WAIT_S)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._loop_thread.join(WAIT_S)
        self.loop.close()
        assert not self._worker.is_alive()


@pytest.fixture
def served(application: Application) -> Iterator[Any]:
    """Makes one host."""
    made: list[Served] = []

    def serve(source: str, threads: int = 1) -> Served:
        made.append(Served(application, source, threads))
        return made[-1]

    yield serve
    for each in made:
        each.close()
    gc.unfreeze()


def test_a_reload_serves_the_new_script_with_a_new_state(served: Any) -> None:
    host = served(VERSION.format("[1]"))
    assert host.ask() == b"[1]"
    host.write(VERSION.format("[2]"))
    assert host.reload() is None
    assert host.ask() == b"[2]"
    assert len(host.opened) == 2


def test_a_reload_reads_the_scripts_other_files_too(served: Any, application: Application) -> None:
    application.write("helper.py", "ANSWER = 1\n")
    host = served(f"import helper\n{INIT}def run(data): return helper.ANSWER\n")
    host.write("ANSWER = 2\n", "helper.py")
    assert host.ask() == b"1"
    assert host.reload() is None
    assert host.ask() == b"2"


def test_a_script_with_schemas_can_be_loaded_anew(served: Any) -> None:
    host = served(f"{SCHEMA}return data.tolist()\n")
    for _ in range(2):
        assert host.reload() is None
    assert host.ask([[3.0, 4.0]]) == b"[[3.0, 4.0]]"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("def init(: pass\n", "Failed to import user script", id="does not parse"),
        pytest.param("import no_such_module\n", "Failed to import user script", id="does not import"),
        pytest.param(INIT, "does not have a run() function", id="no run()"),
        pytest.param("def init(): raise OSError('no model')\ndef run(data): pass\n", "no model", id="init raises"),
        pytest.param("def init(): raise SystemExit(4)\ndef run(data): pass\n", "SystemExit: 4", id="init exits"),
        pytest.param(f"{SCHEMA}raise KeyError('column')\n", "run() fails on the sample", id="its sample fails"),
    ],
)
def test_a_script_that_cannot_be_served_leaves_the_old_one(served: Any, source: str, message: str) -> None:
    host = served(VERSION.format(1))
    module = sys.modules["entry_module"]
    host.write(source)
    error = host.reload()
    assert isinstance(error, ScriptError)
    assert message in str(error)
    assert host.ask() == b"1"
    assert sys.modules["entry_module"] is module
    host.write(VERSION.format(2))
    assert host.reload() is None
    assert host.ask() == b"2"


def test_a_call_of_the_old_script_ends_with_its_own_answer(served: Any, application: Application) -> None:
    pipe = str(application.root / "pipe")
    os.mkfifo(pipe)
    host = served(f"from pathlib import Path\n{INIT}def run(data): return ['old', Path(data).read_text()]\n")
    waiting = host.begun(pipe)
    host.write(f"{INIT}def run(data): return ['new', data]\n")
    assert host.reload() is None
    after = host.begun("x")
    with open(pipe, "w") as writer:
        writer.write("released")
    assert shown(waiting.get(timeout=WAIT_S)) == b'["old", "released"]'
    assert shown(after.get(timeout=WAIT_S)) == b'["new", "x"]'


def test_what_an_async_init_has_opened_is_used_by_run(served: Any) -> None:
    source = """
        import asyncio
        async def init():
            global lock, loop
            lock, loop = asyncio.Lock(), asyncio.get_running_loop()
            await lock.acquire()
        async def run(data):
            asyncio.get_running_loop().call_soon(lock.release)
            async with asyncio.timeout(10) if hasattr(asyncio, "timeout") else asyncio.Lock():
                await lock.acquire()
            return [{version}, asyncio.get_running_loop() is loop]
    """
    host = served(source.format(version=1).replace("        import", "import", 1).replace("\n        ", "\n"))
    host.write(source.format(version=2))
    assert host.reload() is None
    assert [host.ask(), host.ask()] == [b"[2, true]"] * 2


@pytest.mark.parametrize("threads", [1, 3])
def test_the_old_model_goes(served: Any, threads: int) -> None:
    source = """
        class Model:
            def __init__(self):
                self.itself = self
        def init():
            global model
            model = Model()
        def run(data): return data
    """
    host = served(source, threads)
    assert host.ask() == b"0"
    model = weakref.ref(sys.modules["entry_module"].model)
    host.write(source)
    assert host.reload() is None
    for _ in range(threads):
        host.ask()
    assert model() is None


def test_several_threads_serve_the_new_script(served: Any) -> None:
    source = f"""
import threading
barrier = threading.Barrier(2)
{INIT}
def run(data):
    barrier.wait({WAIT_S})
    return data
"""
    host = served(source, threads=2)
    for _ in range(2):
        both = [host.begun(number) for number in (1, 2)]
        assert {shown(each.get(timeout=WAIT_S)) for each in both} == {b"1", b"2"}
        assert host.reload() is None
