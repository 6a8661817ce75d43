"""Counts of values by size, added many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray  # takes milliseconds to load


@dataclass(frozen=True, slots=True)
class Distribution:
    """`counts[i]` values lie above bound i - 1 and not above bound i; the last count is of those above all bounds."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float


class Histogram:
    """Values of 0 mean that there was nothing to measure, and are left out."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = np.array(bounds, dtype=float)
        self._counts = np.zeros(len(bounds) + 1, dtype=np.int64)
        self._total = 0.0

    def add(self, values: NDArray[np.float64]) -> None:
        measured = values[values > 0]
        self._counts += np.bincount(self._bounds.searchsorted(measured), minlength=len(self._counts))
        self._total += float(measured.sum())

    def distribution(self) -> Distribution:
        """What has been added so far."""
        return Distribution(tuple(self._bounds.tolist()), tuple(self._counts.tolist()), self._total)
