"""The calls that a worker has, by slot, and what the shared memory says of them.

A call keeps its slot until its outcome, or the end of its stream, has come: so nothing that arrives late can reach
another call.
"""

from __future__ import annotations

from dataclasses import dataclass

from scoring_runtime.call import Call
from scoring_runtime.dispatch.frames import FrameError
from scoring_runtime.dispatch.remote_stream import RemoteStream
from scoring_runtime.dispatch.start_times import SLOTS, StartTimes


@dataclass(slots=True, eq=False)
class Sent:
    """A call that the worker has; `call` is None once it has ended while its stream goes on."""

    call: Call | None
    sent_s: float
    stream: RemoteStream | None = None
    is_cancelled: bool = False
    is_recalled: bool = False


class Slots:
    """Everything on the loop's thread, but for the worker, which writes into `starts`."""

    def __init__(self, starts: StartTimes) -> None:
        self._starts = starts
        self._sent: dict[int, Sent] = {}
        self._free = list(range(SLOTS - 1, -1, -1))

    def __len__(self) -> int:
        return len(self._sent)

    @property
    def free(self) -> int:
        """How many calls more there is a slot for."""
        return len(self._free)

    def calls(self) -> list[Call]:
        return [sent.call for sent in self._sent.values() if sent.call is not None]

    def take(self, call: Call, now_s: float) -> int:
        """A slot for `call`."""
        slot = self._free.pop()
        self._starts.clear(slot)
        self._sent[slot] = Sent(call, now_s)
        return slot

    def call(self, slot: int) -> Call:
        """The call at `slot`, which waits for its outcome. Raises FrameError."""
        sent = self._sent.get(slot)
        if sent is None or sent.call is None:
            raise FrameError(f"an outcome for slot {slot}, where no call is")
        return sent.call

    def end_call(self, slot: int, stream: RemoteStream | None) -> None:
        """The call at `slot` has its outcome; only its stream goes on, if it has one."""
        sent = self._sent[slot]
        if sent.call is not None:
            sent.call.started_s = self._starts.started_s(slot)
        sent.call, sent.stream = None, stream
        if stream is None:
            self._release(slot)

    def stream(self, slot: int) -> RemoteStream:
        """The stream at `slot`. Raises FrameError."""
        sent = self._sent.get(slot)
        if sent is None or sent.stream is None:
            raise FrameError(f"a chunk or an end for slot {slot}, where no stream is")
        return sent.stream

    def end_stream(self, slot: int, is_failed: bool) -> None:
        """Raises FrameError."""
        self.stream(slot).end(is_failed)
        self._release(slot)

    def look(self) -> None:
        """Brings `started_s` of the calls up to date."""
        for slot, sent in self._sent.items():
            if sent.call is not None:
                sent.call.started_s = self._starts.started_s(slot)

    def newly_abandoned(self) -> list[int]:
        """Where calls are whose clients have gone, each told once."""
        found = [(slot, each) for slot, each in self._sent.items() if each.call is not None and each.call.abandoned]
        slots = [slot for slot, sent in found if not sent.is_cancelled]
        for _, sent in found:
            sent.is_cancelled = True
        return slots

    def recall(self) -> list[int]:
        """Where calls are that the worker has not begun, each told once."""
        found = {slot: sent for slot, sent in self._sent.items() if not sent.is_recalled}
        slots = [slot for slot, sent in found.items() if sent.call is not None and not self._starts.has_begun(slot)]
        for slot in slots:
            found[slot].is_recalled = True
        return slots

    def take_back(self, slot: int) -> Call:
        """The call at `slot`, which the worker gives back. Raises FrameError."""
        call = self.call(slot)
        if not self._sent[slot].is_recalled or self._starts.has_begun(slot):
            raise FrameError(f"a call comes back from slot {slot} that was not recalled, or has begun")
        self._release(slot)
        return call

    def unbegun_since_s(self) -> float | None:
        """Since when the worker could have begun a call, but has begun none; None if it is at work or has none."""
        if not self._sent or any(self._starts.has_begun(slot) for slot in self._sent):
            return None
        return min(sent.sent_s for sent in self._sent.values())

    def closed_stream_since_s(self) -> float | None:
        """Since when the worker has not ended a stream that nobody reads."""
        since_s = [sent.stream.closed_s for sent in self._sent.values() if sent.stream and sent.stream.closed_s]
        return min(since_s) if since_s else None

    def take_all(self) -> tuple[list[Call], list[Call]]:
        """At the end: the calls that had begun, and those that had not. Streams fail."""
        begun: list[Call] = []
        others: list[Call] = []
        for slot, sent in self._sent.items():
            if sent.stream is not None:
                sent.stream.end(is_failed=True)
            elif sent.call is not None:
                sent.call.started_s = self._starts.started_s(slot)
                (begun if self._starts.has_begun(slot) else others).append(sent.call)
        self._sent.clear()
        return begun, others

    def _release(self, slot: int) -> None:
        del self._sent[slot]
        self._free.append(slot)
