"""SIGHUP and `POST /admin/reload`: the script is read anew while the old one serves, and takes its place if it can."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from tests.e2e.pipe import pipe
from tests.e2e.stopping import exit_code, wait_logged
from tests.process import LOOPBACK, Answer, ServerProcess, free_port

PATIENCE_S = 15.0
POLL_S = 0.01
CLIENTS = 8
LOAD_S = 1.0
COUNTER = """
    def init():
        global calls
        calls = 0

    def run(data):
        global calls
        calls += 1
        return {{"version": {version}, "calls": calls}}
"""


class Script:
    """The entry script of a test, which is written again and again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "score.py"
        self._folder = folder
        self._written_s = int(time.time()) - 10_000

    def write(self, source: str, name: str = "score.py") -> None:
        """A file whose time differs by whole seconds from the one before: by them compiled forms are told apart."""
        self._written_s += 10
        path = self._folder / f"{name}.new"
        path.write_text(dedent(source))
        os.utime(path, (self._written_s, self._written_s))
        path.rename(self._folder / name)

    def version(self, number: int) -> None:
        self.write(COUNTER.format(version=number))


@pytest.fixture
def script(tmp_path: Path) -> Script:
    script = Script(tmp_path)
    script.version(1)
    return script


def hang_up(server: ServerProcess) -> None:
    server.process.send_signal(signal.SIGHUP)


def asked(server: ServerProcess) -> object:
    answer = server.request("POST", "/score", "x")
    assert answer.status == 200, answer.text
    return answer.json()


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


class Client(threading.Thread):
    """Asks on one connection until it is told to stop; `failures` is what was no right answer."""

    def __init__(self, server: ServerProcess, is_over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._port = server.port
        self._is_over = is_over
        self.failures: list[str] = []
        self.versions: set[int] = set()

    def run(self) -> None:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=PATIENCE_S)
        while not self._is_over.is_set():
            try:
                connection.request("POST", "/score", "x")
                socket_before = connection.sock
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200 or connection.sock is not socket_before:
                    self.failures.append(f"{answer.status} {body!r}")
                else:
                    self.versions.add(int(body))
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failures.append(repr(error))
        connection.close()


@contextmanager
def load(server: ServerProcess) -> Iterator[list[Client]]:
    """Clients that keep their connections."""
    is_over = threading.Event()
    clients = [Client(server, is_over) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    yield clients
    is_over.set()
    for client in clients:
        client.join(PATIENCE_S)
        assert not client.is_alive()


@pytest.mark.parametrize("options", [(), ("--threads", "3")], ids=["one thread", "three threads"])
def test_under_load_no_request_fails(script: Script, options: tuple[str, ...]) -> None:
    source = "def init(): pass\ndef run(data): return {version}\n"
    script.write(source.format(version=1))
    with ServerProcess(script.path, *options) as server, load(server) as clients:
        begun_s, version = time.monotonic(), 1
        while time.monotonic() - begun_s < LOAD_S or version < 3:
            version += 1
            script.write(source.format(version=version))
            hang_up(server)
            deadline_s = time.monotonic() + PATIENCE_S
            while any(version not in client.versions for client in clients):
                assert time.monotonic() < deadline_s, server.log()
                time.sleep(POLL_S)
    assert [failure for client in clients for failure in client.failures] == []
    assert all(client.versions == set(range(1, version + 1)) for client in clients)


class Admin:
    """The admin listener of a server."""

    def __init__(self) -> None:
        self.port = free_port()
        self.options = ("--admin-port", str(self.port))

    def reload(self, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=PATIENCE_S)
        try:
            connection.request("POST", "/admin/reload", headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


def test_the_admin_listener_reloads_and_says_how_it_ended(script: Script) -> None:
    admin = Admin()
    with ServerProcess(script.path, *admin.options) as server:
        script.version(2)
        answer = admin.reload()
        assert (answer.status, answer.json()["status"]) == (200, "reloaded")
        assert asked(server) == {"version": 2, "calls": 1}
        script.write("def init(): raise OSError('no model file')\ndef run(data): pass\n")
        answer = admin.reload()
        assert (answer.status, "no model file" in answer.json()["message"]) == (500, True)
        assert asked(server) == {"version": 2, "calls": 2}
        for headers in ({"Origin": "http://127.0.0.1"}, {"Host": "evil.example"}):
            assert admin.reload(**headers).status == 403
        assert server.request("POST", "/admin/reload").status == 404
        before = len(server.log())
        server.process.terminate()
        assert exit_code(server) == 0
        assert server.log()[before:] == ""


def test_the_admin_listener_has_nothing_to_load_while_starting(tmp_path: Path) -> None:
    admin = Admin()
    with pipe(tmp_path) as slow:
        options = {"env": {"PIPE": slow.name}, "wait_for": "/health/live"}
        with ServerProcess("tests/scripts/bad_slow_init.py", *admin.options, **options) as server:  # type: ignore[arg-type]
            slow.wait_begun()
            answer = admin.reload()
            assert (answer.status, answer.json()) == (409, {"message": "Not reloaded: the server is starting."})
            slow.release("ready")
            server.wait_until_ok("/health/ready")


def test_without_being_asked_for_there_is_no_admin_listener(script: Script) -> None:
    with ServerProcess(script.path) as server:
        assert server.request("POST", "/admin/reload").status == 404
