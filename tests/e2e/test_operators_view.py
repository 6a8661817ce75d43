"""What those see who run a server: its metrics, its log as JSON, and the cores that it uses."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.process import ServerProcess

SCRIPTS = Path(__file__).parents[1] / "scripts"
THREADS = SCRIPTS / "library_threads.py"
ALLOWED = len(os.sched_getaffinity(0))


def scraped(server: ServerProcess) -> dict[tuple[str, ...], float]:
    """Values by name and label values."""
    families = text_string_to_metric_families(server.request("GET", "/metrics").text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_requests_are_counted_once_by_status_and_timed() -> None:
    with ServerProcess(THREADS) as server:
        before = scraped(server)
        for _ in range(3):
            assert server.request("POST", "/score", "1").status == 200
        assert server.request("POST", "/score", "1", {"x-request-id": "x" * 101}).status == 431
        samples = scraped(server)
    assert not [key for key in before if key[0] == "scoring_requests_total"]
    assert samples["scoring_requests_total", "200"] == 3
    assert samples["scoring_requests_total", "431"] == 1
    assert samples[("scoring_run_seconds_count",)] == samples["scoring_batch_rows_bucket", "1.0"] == 3
    assert samples[("scoring_requests_in_flight",)] == samples[("scoring_stuck_threads",)] == 0
    assert samples[("scoring_core_budget_cores",)] > 0
    assert samples["scoring_resident_memory_bytes", "front"] > 1e7


def test_each_line_of_the_log_is_an_object(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(
        "import logging\n"
        "def init(): print('from init')\n"
        "def run(data):\n"
        "    print('two\\nlines')\n"
        "    logging.warning('from run')\n"
        "    raise ValueError('broken')\n"
    )
    with ServerProcess(script, "--log-format", "json") as server:
        answer = server.request("POST", "/score?key=abc", "1")
        assert answer.status == 500
    lines = [json.loads(line) for line in server.log().splitlines()]
    assert all({"time", "level", "logger", "pid", "message"} <= set(line) for line in lines)
    printed, warning = (line for line in lines if line["message"] in ("two\nlines", "from run"))
    view, access = (line for line in lines if line.get("target") == "/score?key=***")
    request_id = answer.headers["x-ms-request-id"]
    assert [line["request_id"] for line in (printed, warning, view)] == [request_id] * 3
    assert (view["status"], access["status"], access["client"]) == (500, 500, "127.0.0.1")
    assert view["length_bytes"] == access["length_bytes"] == len(answer.body)
    assert any("Core budget: " in line["message"] for line in lines)


def test_libraries_share_the_cores_that_the_server_may_use() -> None:
    one_core = ("taskset", "-c", str(min(os.sched_getaffinity(0))), sys.executable, "-m", "scoring_runtime")
    with ServerProcess(THREADS, command=one_core) as server:
        answer = server.request("POST", "/score", "1").json()
    assert answer == {"openmp": "1", "numpy": [1], "onnxruntime": 1}
    assert "Core budget: 1 core (" in server.log()
    assert "numeric libraries use 1 thread (OMP_NUM_THREADS and others; set them to override)." in server.log()


@pytest.mark.parametrize("given", [1, 3])
def test_what_the_user_has_set_is_used(given: int) -> None:
    with ServerProcess(THREADS, env={"OMP_NUM_THREADS": str(given)}) as server:
        answer = server.request("POST", "/score", "1").json()
    assert answer == {"openmp": str(given), "numpy": [min(given, ALLOWED)], "onnxruntime": given}
    assert "numeric libraries use as many threads as was set (OMP_NUM_THREADS)." in server.log()


def test_runners_share_them_too() -> None:
    with ServerProcess(THREADS, env={"SCORING_THREADS": str(ALLOWED)}) as server:
        assert server.request("POST", "/score", "1").json() == {"openmp": "1", "numpy": [1], "onnxruntime": 1}
