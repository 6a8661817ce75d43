"""Room for lines, and the count of those that find none."""

from __future__ import annotations

from scoring_runtime.telemetry.backlog import MAX_LINE_BYTES, Backlog, shortened


def test_lines_wait_in_order() -> None:
    backlog = Backlog(100)
    backlog.add(b"one\n")
    backlog.add(b"two\nthree\n")
    assert backlog.waiting == b"one\ntwo\nthree\n"
    backlog.take(4)
    assert backlog.waiting == b"two\nthree\n"
    assert backlog.dropped_lines == 0


def test_lines_beyond_the_limit_are_dropped_whole() -> None:
    backlog = Backlog(10)
    backlog.add(b"12345\n67890\nabc\n")
    assert backlog.waiting == b"12345\n"
    assert backlog.dropped_lines == 2


def test_a_gap_is_reported_where_it_is_once_half_of_the_room_is_free() -> None:
    backlog = Backlog(400)
    line = b"x" * 99 + b"\n"
    backlog.add(line * 4 + b"lost\n")
    backlog.take(100)
    backlog.add(b"lost too, although there is room\n")
    assert backlog.waiting == line * 3
    backlog.take(100)
    backlog.add(b"next\n")
    notice = b"2 log lines were dropped because nobody reads the output\n"
    assert backlog.waiting == line * 2 + notice + b"next\n"
    assert backlog.dropped_lines == 2


def test_a_dropped_line_stays_dropped_until_its_end() -> None:
    backlog = Backlog(8)
    backlog.add(b"1234567\n")
    for fragment in (b"lo", b"st", b" line\n"):
        backlog.add(fragment)
    backlog.take(8)
    backlog.add(b"on\n")
    assert backlog.dropped_lines == 1 + 1
    assert backlog.waiting == b"1 log lines were dropped because nobody reads the output\n"


def test_a_line_that_loses_its_end_is_closed_before_the_notice() -> None:
    backlog = Backlog(8)
    backlog.add(b"begin")
    backlog.add(b" and end\n")
    backlog.take(5)
    assert backlog.waiting == b"\n1 log lines were dropped because nobody reads the output\n"


def test_what_can_never_be_written_counts_as_dropped_but_notices_do_not() -> None:
    backlog = Backlog(1000)
    backlog.add(b"one\ntwo\nthr")
    backlog.discard()
    assert backlog.dropped_lines == 3
    assert not backlog.waiting
    backlog.add(b"ee\nfour\n")
    assert backlog.waiting == b"3 log lines were dropped because nobody reads the output\nfour\n"
    backlog.discard()
    assert backlog.dropped_lines == 4


def test_a_line_of_the_longest_size_is_kept() -> None:
    line = b"x" * MAX_LINE_BYTES + b"\n"
    assert shortened(line) == line


def test_a_longer_line_is_cut_with_a_note() -> None:
    backlog = Backlog(10 * MAX_LINE_BYTES)
    backlog.add(b"x" * (MAX_LINE_BYTES + 7) + b"\nnext\n")
    assert backlog.waiting == b"x" * MAX_LINE_BYTES + b" ... (7 bytes cut)\nnext\n"


def test_a_cut_does_not_split_a_character() -> None:
    assert shortened("aé".encode(), limit_bytes=2) == b"a ... (2 bytes cut)"


def test_many_short_lines_at_once_are_not_cut() -> None:
    data = b"short line\n" * 20_000
    backlog = Backlog(len(data))
    backlog.add(data)
    assert backlog.waiting == data
