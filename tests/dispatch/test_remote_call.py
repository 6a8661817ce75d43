"""Calls as they live in a worker: unpacked where they run, and seen from outside when they begin."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest

from scoring_runtime.call import Arguments
from scoring_runtime.dispatch.merging import ListMerging
from scoring_runtime.dispatch.remote_call import Packed, RemoteCall, Unpacking
from scoring_runtime.dispatch.start_times import StartTimes, create_file
from scoring_runtime.errors import InputError, InternalError
from tests.dispatch.calls import execution_of, shown

SLOT = 5


@pytest.fixture
def starts() -> Iterator[StartTimes]:
    fd = create_file()
    starts = StartTimes(fd)
    os.close(fd)
    yield starts
    starts.close()


@pytest.fixture
def call(starts: StartTimes) -> RemoteCall:
    return RemoteCall(SLOT, Packed(["meta"], b"body", SLOT, starts), starts, "id", (1.5, None))


def unpack(meta: Any, body: bytes) -> Arguments:
    return {"data": [*meta, body.decode()]}


def test_it_is_seen_from_outside_that_a_call_runs_and_waits_again(call: RemoteCall, starts: StartTimes) -> None:
    assert (call.request_id, call.submitted_s, call.started_s) == ("id", 1.5, None)
    assert not starts.has_begun(SLOT)
    call.started_s = 7.0
    assert starts.started_s(SLOT) == 7.0
    call.started_s = None
    assert (starts.has_begun(SLOT), starts.started_s(SLOT)) == (True, None)


def test_a_deadline_is_kept(starts: StartTimes) -> None:
    packed = Packed([], b"", SLOT, starts)
    assert RemoteCall(SLOT, packed, starts, "", (0.0, 9.0)).expires_s == 9.0
    assert RemoteCall(SLOT, packed, starts, "", (0.0, None)).expires_s > 1e9


def test_arguments_are_unpacked_and_the_call_belongs_to_this_worker(call: RemoteCall, starts: StartTimes) -> None:
    call.arguments = Unpacking(None, unpack).prepare(call.arguments)
    assert call.arguments == {"data": ["meta", "body"]}
    assert call.packed.decode_ms > 0
    assert starts.has_begun(SLOT)
    assert shown(execution_of(lambda data: data).one(call)) == b'["meta", "body"]'


def test_a_call_begins_or_is_recalled_and_never_both(call: RemoteCall, starts: StartTimes) -> None:
    other = RemoteCall(SLOT, Packed(["meta"], b"", SLOT, starts), starts, "", (0.0, None))
    assert other.packed.recall()
    assert not other.packed.recall()
    with pytest.raises(InternalError):
        Unpacking(None, unpack).prepare(other.arguments)
    assert not starts.has_begun(SLOT)
    Unpacking(None, unpack).prepare(call.arguments)
    assert not call.packed.recall()


def test_a_call_that_was_given_back_while_it_waited_is_no_fault(call: RemoteCall) -> None:
    call.arguments = {}  # as the writer leaves it
    with pytest.raises(InternalError):
        Unpacking(None, unpack).prepare(call.arguments)


def test_merging_sees_unpacked_arguments(call: RemoteCall) -> None:
    merging = ListMerging(8)
    unpacking = Unpacking(merging, unpack)
    arguments = unpacking.prepare(call.arguments)
    assert unpacking.limit == 8
    assert unpacking.batchable(arguments) == merging.batchable(arguments)
    assert unpacking.join([arguments, arguments]) == merging.join([arguments, arguments])
    assert unpacking.split([1, 2], [1, 1]) == [1, 2]
    assert Unpacking(None, unpack).batchable(arguments) is None


@pytest.mark.parametrize(("raised", "told"), [(InputError("wrong"), InputError), (ValueError("ours"), InternalError)])
def test_what_does_not_unpack_is_told(
    raised: Exception, told: type[Exception], call: RemoteCall, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(meta: Any, body: bytes) -> Arguments:
        raise raised

    with caplog.at_level(logging.ERROR, "azmlinfsrv"), pytest.raises(told):
        Unpacking(None, refuse).prepare(call.arguments)
    assert bool(caplog.messages) == (told is InternalError)
