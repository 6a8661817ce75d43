"""`--admin-port`: `POST /admin/reload`, from programs of this machine alone."""

from __future__ import annotations

import http.client
from pathlib import Path

from tests.e2e.pipe import pipe
from tests.e2e.reloading import PATIENCE_S, Script, asked
from tests.e2e.stopping import exit_code
from tests.process import LOOPBACK, Answer, ServerProcess, free_port


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


def test_the_admin_listener_reloads_and_says_how_it_ended(tmp_path: Path) -> None:
    script = Script(tmp_path)
    script.version(1)
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


def test_without_being_asked_for_there_is_no_admin_listener(tmp_path: Path) -> None:
    script = Script(tmp_path)
    script.version(1)
    with ServerProcess(script.path) as server:
        assert server.request("POST", "/admin/reload").status == 404
