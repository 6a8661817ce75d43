"""The tree that is logged when init() fails."""

from __future__ import annotations

from pathlib import Path

from scoring_runtime.script.model_directory import MAX_LINES, tree


def test_sorted_indented_and_with_slashes(tmp_path: Path) -> None:
    (tmp_path / "models" / "b" / "deep").mkdir(parents=True)
    for name in ("z.txt", "a.txt", "b/inner.bin", "b/deep/x"):
        (tmp_path / "models" / name).touch()
    assert tree(str(tmp_path / "models")) == [
        "models/",
        "    a.txt",
        "    b/",
        "        deep/",
        "            x",
        "        inner.bin",
        "    z.txt",
    ]


def test_a_trailing_slash_changes_nothing(tmp_path: Path) -> None:
    assert tree(f"{tmp_path}/") == tree(str(tmp_path)) == [f"{tmp_path.name}/"]


def test_as_many_lines_as_the_limit_are_shown_whole(tmp_path: Path) -> None:
    for number in range(MAX_LINES - 1):
        (tmp_path / f"{number:03}").touch()
    lines = tree(str(tmp_path))
    assert len(lines) == MAX_LINES
    assert lines[-1] == f"    {MAX_LINES - 2:03}"


def test_more_are_cut(tmp_path: Path) -> None:
    for number in range(MAX_LINES):
        (tmp_path / f"{number:03}").touch()
    lines = tree(str(tmp_path))
    assert len(lines) == MAX_LINES + 1
    assert lines[-1] == "Output Truncated. First 200 lines shown."


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    assert tree(str(tmp_path)) == [f"{tmp_path.name}/", "    loop"]


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert tree(str(tmp_path / "none")) == ["none/", "    (No such file or directory)"]
