"""The CPU limit of our cgroup, versions 1 and 2, and how often the kernel has enforced it.

Limits are nested: each folder from our own up to the mount may have one, and the smallest is in force. Which folder
is ours follows from /proc/self/cgroup (the path in the hierarchy) and /proc/self/mountinfo (which part of the
hierarchy is mounted where). In a container the path may lie outside of what is mounted; the mount is then our own.
Whatever cannot be read counts as absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scoring_runtime.telemetry.readings import CpuThrottling

PROC = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted hierarchy: the part of it below `root` is seen at `point`."""

    root: str
    point: str


@dataclass(frozen=True, slots=True)
class CpuLimit:
    """So many cores' worth of time, set in `folder`."""

    cores: float
    folder: Path


def cpu_limit(proc: Path = PROC) -> CpuLimit | None:
    """The limit in force, None if there is none."""
    limits = [CpuLimit(cores, folder) for folder in _folders(proc) if (cores := _cores_of(folder)) is not None]
    return min(limits, key=lambda limit: limit.cores, default=None)


def cpu_throttling(proc: Path = PROC) -> CpuThrottling | None:
    """The counts of the cgroup whose limit is in force (our own if there is none), None if they cannot be read."""
    limit = cpu_limit(proc)
    folder = limit.folder if limit else next(_folders(proc), None)
    return parse_cpu_stat(_read(folder / "cpu.stat")) if folder else None


def parse_cpu_max(text: str) -> float | None:
    """Version 2, `cpu.max`: `max 100000` or `150000 100000`, in cores."""
    quota, _, period = text.strip().partition(" ")
    return None if quota == "max" else parse_cfs(quota, period or "100000")


def parse_cfs(quota_us: str, period_us: str) -> float | None:
    """Version 1, `cpu.cfs_quota_us` (-1: no limit) and `cpu.cfs_period_us`, in cores."""
    try:
        quota, period = int(quota_us), int(period_us)
    except ValueError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def parse_cpu_stat(text: str) -> CpuThrottling | None:
    """`cpu.stat` of either version; a cgroup without CPU limits has no such lines in version 2."""
    words = [line.split() for line in text.splitlines()]
    values = {name: int(value) for name, value in (pair for pair in words if len(pair) == 2) if value.isdecimal()}
    if not {"nr_periods", "nr_throttled"} <= set(values):
        return None
    throttled_s = values.get("throttled_usec", 0) / 1e6 + values.get("throttled_time", 0) / 1e9
    return CpuThrottling(values["nr_periods"], values["nr_throttled"], throttled_s)


def own_paths(text: str) -> dict[str, str]:
    """/proc/self/cgroup: our path by controller; that of version 2 under the empty name."""
    paths = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update(dict.fromkeys(controllers.split(","), path))
    return paths


def cpu_mounts(text: str) -> dict[str, Mount]:
    """/proc/self/mountinfo: where the hierarchies that may limit CPU time are mounted, by controller as above."""
    mounts = {}
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        place, kind = before.split(), after.split()
        if kind[:1] == ["cgroup2"]:
            mounts[""] = Mount(_unescaped(place[3]), _unescaped(place[4]))
        elif kind[:1] == ["cgroup"] and "cpu" in kind[-1].split(","):
            mounts["cpu"] = Mount(_unescaped(place[3]), _unescaped(place[4]))
    return mounts


def nested_folders(path: str, mount: Mount) -> list[Path]:
    """The folders of the cgroup `path`, from its own up to the mount's."""
    own, root, point = PurePosixPath(path), PurePosixPath(mount.root), Path(mount.point)
    if ".." in own.parts or not own.is_relative_to(root):
        return [point]
    below = own.relative_to(root)
    return [point / each for each in (below, *below.parents)] if below.parts else [point]


def _folders(proc: Path) -> Iterator[Path]:
    paths, mounts = own_paths(_read(proc / "cgroup")), cpu_mounts(_read(proc / "mountinfo"))
    for controller, mount in mounts.items():
        if controller in paths:
            yield from nested_folders(paths[controller], mount)


def _cores_of(folder: Path) -> float | None:
    if text := _read(folder / "cpu.max"):
        return parse_cpu_max(text)
    return parse_cfs(_read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us"))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def _unescaped(field: str) -> str:
    """Mount points are written with a few characters in octal."""
    for code, char in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        field = field.replace(code, char)
    return field
