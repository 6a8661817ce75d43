"""How several calls share one run(): by rows of arrays and frames, or as a list with an item per call.

An Execution asks a Merging what may run together, and how to join the arguments and divide the output.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scoring_runtime.call import Arguments, Batchable
from scoring_runtime.dispatch import merge
from scoring_runtime.dispatch.merge import SplitError

Prepare = Callable[[Arguments], Arguments]


class Merging(Protocol):
    """`limit` bounds the rows of one run()."""

    @property
    def limit(self) -> int: ...

    def prepare(self, arguments: Arguments) -> Arguments:
        """The arguments in the form in which they are compared and joined; may raise what user code raises."""

    def batchable(self, arguments: Arguments) -> Batchable | None:
        """None for a call that must run alone, with its prepared arguments as they are."""

    def join(self, several: Sequence[Arguments]) -> Arguments: ...

    def split(self, output: Any, counts: Sequence[int]) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class RowMerging:
    """The rows of the calls one after the other; `convert` turns their arguments into arrays and frames."""

    limit: int
    convert: Prepare

    def prepare(self, arguments: Arguments) -> Arguments:
        return self.convert(arguments)

    def batchable(self, arguments: Arguments) -> Batchable | None:
        found = merge.kind_and_rows(arguments)
        return Batchable(*found) if found else None

    def join(self, several: Sequence[Arguments]) -> Arguments:
        return several[0] if len(several) == 1 else merge.join(several)

    def split(self, output: Any, counts: Sequence[int]) -> list[Any]:
        return [output] if len(counts) == 1 else merge.split(output, counts)


@dataclass(frozen=True, slots=True)
class ListMerging:
    """For a run() that takes lists: one item per call in each argument, one item per call in what it returns."""

    limit: int

    def prepare(self, arguments: Arguments) -> Arguments:
        return arguments

    def batchable(self, arguments: Arguments) -> Batchable | None:
        return Batchable(tuple(arguments), 1)

    def join(self, several: Sequence[Arguments]) -> Arguments:
        return {name: [each[name] for each in several] for name in several[0]}

    def split(self, output: Any, counts: Sequence[int]) -> list[Any]:
        """Raises SplitError when `output` is not a list, tuple or array with an item per call."""
        if not isinstance(output, (list, tuple)) and not merge.is_row_array(output):
            raise SplitError(f"a @batched run() must return a list, not {type(output).__name__}")
        if len(output) != len(counts):
            raise SplitError(f"the @batched run() returned {len(output)} items for {len(counts)} calls")
        return list(output)
