"""The Dockerfile as data: its stages, and what the image sets, runs and asks."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[1]
Instruction = tuple[str, str]


def read_stages(dockerfile: Path) -> list[list[Instruction]]:
    """The instructions of each stage, (NAME, arguments) each, a stage beginning with its FROM."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    words = [line.split(maxsplit=1) for line in lines if line.strip()]
    instructions = [(name.upper(), " ".join(arguments.split())) for name, arguments in words]
    starts = [index for index, (name, _) in enumerate(instructions) if name == "FROM"]
    return [instructions[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]


BUILDER, IMAGE = read_stages(ROOT / "Dockerfile")


def arguments_of(name: str, stage: list[Instruction]) -> list[str]:
    return [arguments for instruction, arguments in stage if instruction == name]


def image_environment() -> dict[str, str]:
    """What ENV sets in the image."""
    words = [word for arguments in arguments_of("ENV", IMAGE) for word in shlex.split(arguments)]
    return dict(word.split("=", 1) for word in words)


def health_command() -> list[str]:
    [arguments] = arguments_of("HEALTHCHECK", IMAGE)
    command = json.loads(arguments.split(" CMD ", 1)[1])
    assert all(isinstance(word, str) for word in command)
    return list(command)
