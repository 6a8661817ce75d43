"""Ended calls per second, at explicit times."""

from __future__ import annotations

import pytest

from scoring_runtime.dispatch.drain_rate import DrainRate


def test_nothing_has_ended_yet() -> None:
    assert DrainRate(10.0).per_s(10.0) is None
    assert DrainRate(10.0).per_s(70.0) is None


def test_the_first_window_counts_before_it_is_full() -> None:
    rate = DrainRate(10.0)
    rate.add(5, 10.2)
    assert rate.per_s(10.5) == pytest.approx(10.0)


def test_a_full_window_is_the_rate_until_the_next_is_full() -> None:
    rate = DrainRate(0.0)
    rate.add(30, 0.5)
    assert rate.per_s(1.0) == pytest.approx(30.0)
    rate.add(1000, 1.1)
    assert rate.per_s(1.9) == pytest.approx(30.0)


def test_windows_are_averaged_by_half() -> None:
    rate = DrainRate(0.0)
    rate.add(30, 0.5)
    rate.add(10, 1.0)
    assert rate.per_s(2.0) == pytest.approx((30.0 + 10.0) / 2)


def test_calls_of_a_late_report_count_for_the_window_that_begins_with_it() -> None:
    rate = DrainRate(0.0)
    rate.add(8, 4.0)
    assert rate.per_s(4.5) == pytest.approx(8 / 0.5)
    assert rate.per_s(5.0) == pytest.approx(8.0)
    assert rate.per_s(6.0) == pytest.approx(4.0)


def test_the_length_of_a_window_is_what_has_passed() -> None:
    rate = DrainRate(0.0)
    rate.add(8, 0.9)
    assert rate.per_s(4.0) == pytest.approx(2.0)


def test_an_idle_server_keeps_its_rate() -> None:
    rate = DrainRate(0.0)
    rate.add(100, 0.5)
    assert rate.per_s(1.0) == 100.0
    assert rate.per_s(3600.0) == 100.0
