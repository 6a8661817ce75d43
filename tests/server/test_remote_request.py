"""A request is the same in the worker as it was in the front process."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from scoring_runtime.request import Request
from scoring_runtime.server.remote_request import pack, unpack

ADDRESSES = st.none() | st.tuples(st.text(max_size=8), st.integers(0, 65535))
REQUESTS = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST"]),
    target=st.binary(max_size=20),
    path=st.binary(max_size=20),
    query=st.binary(max_size=20),
    headers=st.lists(st.tuples(st.binary(max_size=8), st.binary(max_size=8)), max_size=4),
    body=st.binary(max_size=50),
    http_version=st.sampled_from(["1.0", "1.1"]),
    scheme=st.sampled_from(["http", "https"]),
    client=ADDRESSES,
    server=ADDRESSES,
)


@given(request=REQUESTS)
def test_a_request_survives_the_way(request: Request) -> None:
    meta, body = pack({"request": request})
    sent: Any = orjson.loads(orjson.dumps(meta))
    assert body is request.body
    assert asdict(unpack(sent, body)) == asdict(request)
