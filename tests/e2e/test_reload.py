"""SIGHUP: the script is read anew while the old one serves, and takes its place if it can."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.e2e.pipe import pipe
from tests.e2e.reloading import PATIENCE_S, POLL_S, Script, asked, hang_up
from tests.e2e.stopping import wait_logged
from tests.process import ServerProcess


@pytest.fixture
def script(tmp_path: Path) -> Script:
    script = Script(tmp_path)
    script.version(1)
    return script


def wait_version(server: ServerProcess, number: int) -> dict[str, int]:
    """The first answer of this version."""
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        answer = server.request("POST", "/score", "x").json()
        if isinstance(answer, dict) and answer.get("version") == number:
            return answer
        assert time.monotonic() < deadline_s, server.log()
        time.sleep(POLL_S)


def test_a_hang_up_serves_the_new_script_with_a_new_state(script: Script) -> None:
    with ServerProcess(script.path) as server:
        for calls in (1, 2):
            assert asked(server) == {"version": 1, "calls": calls}
        script.version(2)
        hang_up(server)
        assert wait_version(server, 2)["calls"] == 1
        assert "Reloaded: the new script is served from now on." in server.log()
        assert server.stop() == 0
        levels = {line.split()[2] for line in server.log().splitlines() if line[:2] == "20"}
        assert levels == {"I"}


def test_a_sibling_module_is_read_again(script: Script) -> None:
    script.write("VERSION = 1\n", "helper.py")
    script.write('import helper\ndef init(): pass\ndef run(data): return {"version": helper.VERSION}\n')
    with ServerProcess(script.path) as server:
        assert asked(server) == {"version": 1}
        script.write("VERSION = 2\n", "helper.py")
        hang_up(server)
        wait_version(server, 2)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def init(: pass\n", "SyntaxError"),
        ("def init(): raise OSError('no model file')\ndef run(data): pass\n", "no model file"),
    ],
    ids=["cannot be imported", "init raises"],
)
def test_a_script_that_cannot_be_served_leaves_the_old_one(script: Script, source: str, reason: str) -> None:
    with ServerProcess(script.path) as server:
        script.write(source)
        hang_up(server)
        wait_logged(server, "The reload failed, the old script goes on serving")
        assert reason in server.log()
        assert asked(server) == {"version": 1, "calls": 1}
        assert server.request("GET", "/health/ready").status == 200
        script.version(2)
        hang_up(server)
        wait_version(server, 2)


def test_a_hang_up_during_a_reload_reloads_once_more(script: Script, tmp_path: Path) -> None:
    with pipe(tmp_path) as held, ServerProcess(script.path) as server:
        script.write(
            f"""
            def init():
                with open({held.name + ".begun"!r}, "w") as begun:
                    begun.write("begun")
                with open({held.name!r}) as pipe:
                    pipe.readline()

            def run(data):
                return {{"version": 2}}
            """
        )
        hang_up(server)
        held.wait_begun()
        assert asked(server) == {"version": 1, "calls": 1}
        script.version(3)
        hang_up(server)
        assert asked(server) == {"version": 1, "calls": 2}
        held.release("go on")
        wait_version(server, 3)


def test_a_coroutine_script_keeps_what_its_init_has_opened(script: Script) -> None:
    source = """
        import asyncio

        async def init():
            global queue, echo
            queue = asyncio.Queue()
            echo = asyncio.ensure_future(answer_all())

        async def answer_all():
            while True:
                text, future = await queue.get()
                future.set_result({{"version": {version}, "text": text}})

        async def run(data):
            future = asyncio.get_running_loop().create_future()
            await queue.put((data, future))
            return await future
    """
    script.write(source.format(version=1))
    with ServerProcess(script.path) as server:
        for version in (1, 2, 3):
            wait_version(server, version)
            assert asked(server) == {"version": version, "text": "x"}
            script.write(source.format(version=version + 1))
            hang_up(server)
        wait_version(server, 4)
        assert server.stop() == 0
        assert "Task was destroyed" not in server.log()


def test_the_old_model_is_let_go(script: Script, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    source = f"""
        class Model:
            def __init__(self):
                self.itself = self

            def __del__(self, path={os.fspath(gone)!r}):
                with open(path, "a") as gone:
                    gone.write("{{version}}\\n")

        def init():
            global model
            model = Model()

        def run(data):
            return {{{{"version": {{version}}}}}}
    """
    script.write(source.format(version=1))
    with ServerProcess(script.path) as server:
        for version in (2, 3):
            script.write(source.format(version=version))
            hang_up(server)
            wait_version(server, version)
            assert gone.read_text().split() == [str(number) for number in range(1, version)]
