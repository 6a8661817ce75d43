"""Who makes room for a new connection, and when it is refused."""

from __future__ import annotations

import resource
from types import SimpleNamespace

import pytest

from scoring_runtime.http import connection_limit
from scoring_runtime.http.connection_limit import MAX_AUTOMATIC, MIN_AUTOMATIC, ConnectionLimit, automatic_limit
from tests.http.connection import GET, Connection, ManualLoop

POST = b"POST /score HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"


class Server:
    """Connections that share a limit of two; each is accepted a second after the one before it."""

    def __init__(self, loop: ManualLoop) -> None:
        self.loop = loop
        self.refused = 0
        self.limit = ConnectionLimit(2, self._count)
        self.state = SimpleNamespace(connections=set(), total_requests=0, default_headers=[])

    def _count(self) -> None:
        self.refused += 1

    def accept(self, *segments: bytes) -> Connection:
        self.loop.now_s += 1
        connection = Connection(self.loop, self.limit, self.state)
        connection.send(*segments)
        return connection

    def idle(self) -> Connection:
        connection = self.accept(GET)
        connection.score.answer()
        return connection

    def close(self, connection: Connection) -> None:
        connection.protocol.connection_lost(None)


@pytest.fixture
def server(loop: ManualLoop) -> Server:
    return Server(loop)


def are_closed(*connections: Connection) -> list[bool]:
    return [connection.transport.is_closed for connection in connections]


@pytest.mark.parametrize(
    ("max_files", "limit"),
    [
        (1024, 384),
        (20_256, MAX_AUTOMATIC),
        (20_254, MAX_AUTOMATIC - 1),
        (1_000_000, MAX_AUTOMATIC),
        (256, MIN_AUTOMATIC),
        (resource.RLIM_INFINITY, MAX_AUTOMATIC),
    ],
)
def test_the_automatic_limit(max_files: int, limit: int) -> None:
    assert automatic_limit(max_files) == limit


def test_up_to_the_limit_all_are_kept(server: Server) -> None:
    first, second = server.idle(), server.idle()
    server.close(first)
    third = server.idle()
    assert are_closed(second, third) == [False, False]
    assert server.refused == 0


def test_the_longest_idle_goes_first(server: Server) -> None:
    first, second = server.idle(), server.idle()
    server.loop.now_s += 1
    first.send(GET)
    first.score.answer()
    assert are_closed(server.accept(), first, second) == [False, False, True]


def test_an_idle_one_goes_before_one_without_a_request(server: Server) -> None:
    silent, idle = server.accept(), server.idle()
    server.accept()
    assert are_closed(silent, idle) == [False, True]


def test_the_oldest_incomplete_head_goes_next(server: Server) -> None:
    partly, silent = server.accept(GET[:10]), server.accept()
    server.accept(GET)
    assert are_closed(partly, silent) == [True, False]
    assert server.refused == 0


@pytest.mark.parametrize("data", [GET, POST, POST + b"hell", GET + GET], ids=["answering", "head", "body", "pipelined"])
def test_a_request_under_way_is_never_given_up(server: Server, data: bytes) -> None:
    busy = [server.accept(data), server.accept(data)]
    newcomer = server.accept()
    assert are_closed(*busy) == [False, False]
    written = newcomer.transport.written
    assert written.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nRetry-After: 1\r\n" in written
    assert b"\r\nConnection: close\r\n" in written
    assert b'{"message": "The server has too many connections."}' in written
    assert newcomer.transport.has_eof
    newcomer.send(GET)
    assert newcomer.score.requests == []
    assert server.refused == 1


def test_an_answer_that_is_not_sent_yet_keeps_its_connection(server: Server) -> None:
    idle, busy = server.idle(), server.accept(GET)
    idle.transport.write_buffer_bytes = 1
    newcomer = server.accept()
    assert newcomer.statuses() == [503]
    assert are_closed(idle, busy) == [False, False]


def test_a_refused_one_that_lingers_goes_first(server: Server) -> None:
    server.accept(GET)
    busy = server.accept(GET)
    refused = server.accept()
    busy.score.answer()
    newcomer = server.accept(GET)
    assert are_closed(refused, busy, newcomer) == [True, True, False]
    assert server.refused == 1


def test_a_flood_is_held_to_the_limit(server: Server) -> None:
    busy = [server.accept(GET), server.accept(GET)]
    flood = [server.accept() for _ in range(20)]
    assert server.refused == 20
    assert are_closed(*flood) == [True] * 19 + [False]
    assert len(server.state.connections) == len(busy) + 1


def test_one_that_got_a_request_since_it_was_found_stays(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = server.idle(), server.idle()
    third = server.accept()
    assert are_closed(first, second, third) == [True, False, False]
    second.send(GET)
    server.accept(GET)
    assert are_closed(second, third) == [False, True]


def test_who_could_go_is_not_searched_for_all_the_time(server: Server) -> None:
    busy = server.accept(GET)
    server.accept(GET)
    server.accept()
    busy.score.answer()
    server.loop.now_s -= 1 - connection_limit.SEARCH_INTERVAL_S / 2
    assert server.accept().statuses() == [503]
    assert server.accept().statuses() == []
