"""Many clients at once, some of which go away: whoever waits gets the answer to its own request, once."""

from __future__ import annotations

import http.client
import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.process import ServerProcess

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "echo_rows.py"
CLIENTS = 12
REQUESTS_EACH = 150
HEADERS = {"Content-Type": "application/json"}


def client(port: int, number: int) -> Counter[str]:
    """One client's requests over connections that it sometimes drops; how each of them ended."""
    chance = random.Random(number)
    ends: Counter[str] = Counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for index in range(REQUESTS_EACH):
        rows = [[number * 1_000_000 + index * 10 + row, chance.randrange(100)] for row in range(chance.randint(1, 5))]
        is_wrong = chance.random() < 0.1
        if is_wrong:
            rows[-1][1] = -1
        connection.request("POST", "/score", json.dumps({"data": rows}), HEADERS)
        if chance.random() < 0.2:
            connection.close()
            ends["dropped"] += 1
            continue
        answer = connection.getresponse()
        value = json.loads(answer.read())
        expected = (500, None) if is_wrong else (200, [[row[0], row[1] * 2] for row in rows])
        is_own = (answer.status, value if answer.status == 200 else None) == expected
        ends["own" if is_own else f"wrong: {answer.status} {value} for {rows}"] += 1
    connection.close()
    return ends


@pytest.mark.parametrize("options", [(), ("--max-batch-rows", "16")], ids=["alone", "merged"])
def test_every_answer_is_its_own(options: tuple[str, ...]) -> None:
    with ServerProcess(SCRIPT, *options) as server, ThreadPoolExecutor(CLIENTS) as pool:
        ends = sum(pool.map(client, [server.port] * CLIENTS, range(CLIENTS)), Counter[str]())
        assert set(ends) == {"own", "dropped"}
        assert ends.total() == CLIENTS * REQUESTS_EACH
        assert server.stop() == 0
