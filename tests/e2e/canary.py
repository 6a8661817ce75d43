"""After something went wrong: does the server still give each client its own right answer?

Works with every script that answers unknown text with {"given": text}, and with wrong_requests_schema.py.
"""

from __future__ import annotations

import itertools
from typing import Any

from tests.e2e.connection import Connection
from tests.e2e.wrong_request import JSON_TYPE, get, post
from tests.process import ServerProcess

_numbers = itertools.count(1)


def assert_canary(connection: Connection, is_schema: bool = False) -> None:
    """A request with a number of its own gets the answer to that number."""
    number = next(_numbers)
    expected: Any
    if is_schema:
        body, expected = b'{"data": [[%d, 1]], "name": "canary"}' % number, {"name": "canary", "sums": [number + 1]}
    else:
        body, expected = b"canary %d" % number, {"given": f"canary {number}"}
    connection.send(post(body, JSON_TYPE))
    answer = connection.answer()
    assert (answer.status, answer.json()) == (200, expected)


def assert_goes_on(server: ServerProcess, is_schema: bool = False) -> None:
    """A new connection gets its own right answer, and the server is ready."""
    with Connection(server.port) as connection:
        assert_canary(connection, is_schema)
        connection.send(get(b"/health/ready"))
        assert connection.answer().status == 200
