"""Standard streams that are closed when the process starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.process import clean_environment, free_port

CODE = """
import os
from scoring_runtime.telemetry.standard_streams import ensure_open
ensure_open()
fds = [os.open(os.devnull, os.O_RDONLY) for _ in range(2)]
os.write(int({report}), b"%d" % min(fds))
"""


@pytest.mark.parametrize("closing", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-", ""])
def test_their_numbers_go_to_nothing_else(closing: str, tmp_path: Path) -> None:
    script = f"exec 9>{tmp_path}/report; {sys.executable} -c '{CODE.format(report=9)}' {closing}"
    subprocess.run(["bash", "-c", script], env=clean_environment(), check=True, timeout=60, capture_output=True)
    with open(f"{tmp_path}/report") as report:
        assert int(report.read()) > 2


def test_a_server_without_any_standard_stream_serves_and_ends_well(tmp_path: Path) -> None:
    with open(f"{tmp_path}/score.py", "w") as script:
        script.write("import os\ndef init(): pass\ndef run(data): return os.fstat(1).st_mode == os.fstat(2).st_mode\n")
    command = (
        f"{sys.executable} -m scoring_runtime score.py --port $PORT 0<&- 1>&- 2>&- & pid=$!; "
        "for i in $(seq 200); do curl --silent --fail localhost:$PORT/health/ready > ready && break; sleep 0.1; done; "
        "curl --silent -d x localhost:$PORT/score > answer; kill -TERM $pid; wait $pid"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=str(tmp_path), env={**clean_environment(), "PORT": str(free_port())}, timeout=120
    )
    with open(f"{tmp_path}/answer") as answer:
        assert (answer.read(), done.returncode) == ("true", 0)
