"""Counts of values by size."""

from __future__ import annotations

import numpy as np

from scoring_runtime.telemetry.histogram import Distribution, Histogram


def test_a_bound_belongs_to_its_bucket() -> None:
    histogram = Histogram((1.0, 2.0, 4.0))
    histogram.add(np.array([0.5, 1.0, 1.5, 2.0, 4.0, 4.1, 1e9]))
    assert histogram.distribution() == Distribution((1.0, 2.0, 4.0), (2, 2, 1, 2), 1e9 + 13.1)


def test_zero_is_nothing_measured() -> None:
    histogram = Histogram((1.0,))
    histogram.add(np.array([0.0, 0.0]))
    histogram.add(np.array([]))
    assert histogram.distribution() == Distribution((1.0,), (0, 0), 0.0)


def test_additions_sum_up_and_what_was_told_does_not_change() -> None:
    histogram = Histogram((1.0,))
    histogram.add(np.array([0.25]))
    before = histogram.distribution()
    histogram.add(np.array([0.25, 3.0]))
    assert before == Distribution((1.0,), (1, 0), 0.25)
    assert histogram.distribution() == Distribution((1.0,), (2, 1), 3.5)
