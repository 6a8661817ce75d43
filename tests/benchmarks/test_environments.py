"""What cannot be installed is a reason for the table, not the end of the benchmark."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import environments
from benchmarks.bench_serving import build
from benchmarks.environments import Peer

BROKEN = Peer("broken", ("./no-such-package",))


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place without environments."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path)
    return tmp_path


def test_tells_which_peers_have_no_environment() -> None:
    missing, ours = Peer("missing", program="no-such-program"), Peer("ours")
    reasons = build([BROKEN, missing, ours])
    assert reasons[missing] == "no-such-program is not installed"
    assert reasons[BROKEN].startswith("cannot be installed: ")
    assert ours not in reasons


def test_builds_again_only_for_other_requirements(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[tuple[str, ...]] = []

    def remember(folder: Path, requirements: tuple[str, ...]) -> None:
        folder.mkdir(exist_ok=True)
        built.append(requirements)

    monkeypatch.setattr(environments, "_build", remember)
    for version in ("1", "1", "2"):
        assert Peer("peer", (f"peer=={version}",)).programs() == empty_folder / "peer" / "bin"
    assert [requirements[0] for requirements in built] == ["peer==1", "peer==2"]


def test_this_package_is_served_by_this_interpreter() -> None:
    assert Peer("ours").programs() == Path(sys.prefix) / "bin"
