"""The CPU limit of a cgroup, from the files of both versions as containers and machines have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring_runtime.server.cgroup import (
    CpuLimit,
    Mount,
    cpu_limit,
    cpu_mounts,
    cpu_throttling,
    nested_folders,
    own_paths,
    parse_cfs,
    parse_cpu_max,
    parse_cpu_stat,
)
from scoring_runtime.telemetry.readings import CpuThrottling

V2_STAT = "usage_usec 900\nuser_usec 500\nsystem_usec 400\nnr_periods 40\nnr_throttled 10\nthrottled_usec 1500000\n"
V1_STAT = "nr_periods 40\nnr_throttled 10\nthrottled_time 2500000000\n"


class Machine:
    """A /proc/self and a mounted hierarchy below `tmp_path`."""

    def __init__(self, tmp_path: Path) -> None:
        self.proc = tmp_path / "proc"
        self.mounted = tmp_path / "cg roup"
        self.proc.mkdir()
        self.mounted.mkdir()

    def place(self, cgroup: str, root: str, kind: str) -> None:
        """`cgroup` is the text of /proc/self/cgroup; `root` of the hierarchy is what is mounted."""
        (self.proc / "cgroup").write_text(cgroup)
        point = str(self.mounted).replace(" ", r"\040")
        other = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        (self.proc / "mountinfo").write_text(f"{other}31 23 0:28 {root} {point} ro,nosuid shared:9 - {kind}\n")

    def write(self, folder: str, **files: str) -> None:
        place = self.mounted / folder
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (place / name.replace("__", ".")).write_text(text)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        ("max 100000\n", None),
        ("150000 100000\n", 1.5),
        ("200000 100000", 2.0),
        ("50000 50000\n", 1.0),
        ("max", None),
        ("10000", 0.1),
        ("", None),
        ("x y", None),
    ],
)
def test_cpu_max(text: str, cores: float | None) -> None:
    assert parse_cpu_max(text) == cores


@pytest.mark.parametrize(
    ("quota", "period", "cores"),
    [
        ("-1\n", "100000\n", None),
        ("250000\n", "100000\n", 2.5),
        ("0", "100000", None),
        ("1", "0", None),
        ("", "", None),
    ],
)
def test_cfs(quota: str, period: str, cores: float | None) -> None:
    assert parse_cfs(quota, period) == cores


@pytest.mark.parametrize(
    ("text", "throttling"),
    [
        (V2_STAT, CpuThrottling(40, 10, 1.5)),
        (V1_STAT, CpuThrottling(40, 10, 2.5)),
        ("usage_usec 900\nuser_usec 500\n", None),
        ("nr_periods x\nnr_throttled 1\n\nodd line here\n", None),
        ("", None),
    ],
)
def test_cpu_stat(text: str, throttling: CpuThrottling | None) -> None:
    assert parse_cpu_stat(text) == throttling


def test_own_paths() -> None:
    text = "9:name=systemd:/s\n2:cpu,cpuacct:/docker/a:b\n0::/unified\n"
    assert own_paths(text) == {"name=systemd": "/s", "cpu": "/docker/a:b", "cpuacct": "/docker/a:b", "": "/unified"}


def test_mounts() -> None:
    text = (
        "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
        r"32 31 0:29 /docker/a /sys/fs/cgroup/c\040p\134u rw,relatime - cgroup cgroup rw,cpu,cpuacct" + "\n"
        "33 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime shared:4 master:2 - cgroup cgroup rw,cpuset\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
    )
    assert cpu_mounts(text) == {
        "cpu": Mount("/docker/a", "/sys/fs/cgroup/c p\\u"),
        "": Mount("/", "/sys/fs/cgroup/unified"),
    }


@pytest.mark.parametrize(
    ("path", "root", "folders"),
    [
        ("/", "/", ["/cg"]),
        ("/a/b", "/", ["/cg/a/b", "/cg/a", "/cg"]),
        ("/docker/id", "/docker/id", ["/cg"]),
        ("/docker/id/child", "/docker/id", ["/cg/child", "/cg"]),
        ("/docker/other", "/docker/id", ["/cg"]),
        ("/docker/idx", "/docker/id", ["/cg"]),
        ("/../../up", "/", ["/cg"]),
    ],
)
def test_nested_folders(path: str, root: str, folders: list[str]) -> None:
    assert nested_folders(path, Mount(root, "/cg")) == [Path(folder) for folder in folders]


def test_the_smallest_limit_on_the_way_up_is_in_force(machine: Machine) -> None:
    machine.place("0::/pod/box\n", "/", "cgroup2 cgroup2 rw,nsdelegate")
    machine.write("pod/box", cpu__max="300000 100000\n", cpu__stat="nr_periods 1\nnr_throttled 1\nthrottled_usec 1\n")
    machine.write("pod", cpu__max="150000 100000\n", cpu__stat=V2_STAT)
    machine.write(".", cpu__stat="usage_usec 1\n")
    assert cpu_limit(machine.proc) == CpuLimit(1.5, machine.mounted / "pod")
    assert cpu_throttling(machine.proc) == CpuThrottling(40, 10, 1.5)


def test_version_1_in_a_container(machine: Machine) -> None:
    machine.place("4:cpu,cpuacct:/docker/id\n0::/\n", "/docker/id", "cgroup cgroup rw,cpu,cpuacct")
    machine.write(".", cpu__cfs_quota_us="50000\n", cpu__cfs_period_us="100000\n", cpu__stat=V1_STAT)
    assert cpu_limit(machine.proc) == CpuLimit(0.5, machine.mounted)
    assert cpu_throttling(machine.proc) == CpuThrottling(40, 10, 2.5)


def test_without_a_limit_the_own_cgroup_is_counted(machine: Machine) -> None:
    machine.place("0::/box\n", "/", "cgroup2 cgroup2 rw")
    machine.write("box", cpu__max="max 100000\n", cpu__stat=V2_STAT)
    assert cpu_limit(machine.proc) is None
    assert cpu_throttling(machine.proc) == CpuThrottling(40, 10, 1.5)


def test_nothing_mounted_is_no_limit(machine: Machine) -> None:
    assert cpu_limit(machine.proc) is None
    assert cpu_throttling(machine.proc) is None


def test_this_machine_can_be_asked() -> None:
    limit = cpu_limit()
    assert limit is None or limit.cores > 0
