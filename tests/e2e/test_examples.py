"""Each example, trained in a copy of its folder, served by a real process, asked as its README says."""

from __future__ import annotations

import contextlib
import io
import json
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.e2e.curl import send
from tests.process import Answer, ServerProcess, clean_environment

EXAMPLES = Path(__file__).parents[2] / "examples"
README_PORT = 5001
JSON_TYPE = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Row:
    """One line of the table in examples/README.md."""

    train: str
    serve: str
    ask: str


def readme_rows() -> dict[str, Row]:
    """The table's lines by the name of the example, without the back-quotes."""
    lines = [line for line in (EXAMPLES / "README.md").read_text().splitlines() if line.startswith("| [")]
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return {name[1 : name.index("]")]: Row(train, serve, ask) for name, _, train, serve, ask in cells}


@dataclass(frozen=True)
class RunningExample:
    """An example that serves, in its own copy of the folder."""

    folder: Path
    server: ServerProcess
    row: Row

    def ask_as_in_readme(self) -> Answer:
        return send(self.row.ask, self.server, self.folder, README_PORT)

    def request_rows(self, name: str = "request.json") -> Any:
        """The rows of a sample request."""
        return json.loads((self.folder / name).read_text())["data"]

    def own_prediction(self, model_file: str, rows: Any) -> list[Any]:
        """What the trained model itself says of these rows."""
        return list(joblib.load(self.folder / "azureml-models" / model_file).predict(rows).tolist())


@contextlib.contextmanager
def running(name: str, tmp_path: Path) -> Iterator[RunningExample]:
    """Run the `train` command of the table, then the `serve` command, on a free port."""
    row = readme_rows()[name]
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("azureml-models"))
    train(row, folder)
    python, module_flag, module, script, *args = shlex.split(row.serve)
    assert (python, module_flag, module) == ("python", "-m", "scoring_runtime")
    with ServerProcess(script, *args, cwd=folder) as server:
        yield RunningExample(folder, server, row)


def train(row: Row, folder: Path) -> None:
    python, *args = shlex.split(row.train)
    assert python == "python"
    subprocess.run([sys.executable, *args], cwd=folder, env=clean_environment(), check=True)


def test_readme_lists_every_example() -> None:
    folders = {path.parent.name for path in EXAMPLES.glob("*/score.py")}
    assert set(readme_rows()) == folders
    assert len(folders) == 6


def test_diabetes_predicts_as_its_model_and_describes_its_rows(tmp_path: Path) -> None:
    with running("diabetes", tmp_path) as example:
        answer = example.ask_as_in_readme()
        swagger = example.server.request("GET", "/swagger.json").json()
    own = example.own_prediction("diabetes/1/sklearn_regression_model.pkl", example.request_rows())
    assert answer.status == 200
    assert answer.json() == pytest.approx(own, rel=1e-9)
    assert answer.headers["x-ms-run-function-failed"] == "False"
    service_input = swagger["definitions"]["ServiceInput"]
    assert service_input["properties"]["data"]["format"] == "numpy.ndarray"
    assert np.shape(service_input["example"]["data"]) == (1, 10)


def test_pandas_schema_predicts_from_named_values(tmp_path: Path) -> None:
    with running("pandas_schema", tmp_path) as example:
        answer = example.ask_as_in_readme()
        swagger = example.server.request("GET", "/swagger.json").json()
        shuffled = [dict(reversed(row.items())) for row in example.request_rows()]
        reordered = example.server.request("POST", "/score", json.dumps({"data": shuffled}), JSON_TYPE)
    own = example.own_prediction("rentals/1/rentals.pkl", pd.DataFrame(example.request_rows()))
    assert answer.json() == pytest.approx(own, rel=1e-9)
    assert reordered.json() == answer.json()
    assert own[0] > own[1], "a warm summer afternoon has more rentals than a winter night"
    row_schema = swagger["definitions"]["ServiceInput"]["properties"]["data"]["items"]
    assert list(row_schema["properties"]) == ["season", "temperature", "hour"]


def test_image_bytes_redraws_a_picture_in_the_learnt_colours(tmp_path: Path) -> None:
    with running("image_bytes", tmp_path) as example:
        answer = example.ask_as_in_readme()
        get = example.server.request("GET", "/score?from=here")
        broken = example.server.request("POST", "/score", (example.folder / "picture.png").read_bytes()[:90])
    assert (answer.status, answer.headers.get_all("Content-Type")) == (200, ["image/png"])
    drawn = np.asarray(Image.open(io.BytesIO(answer.body)), dtype=np.int32)
    original = np.asarray(Image.open(example.folder / "picture.png"), dtype=np.int32)
    palette = np.load(example.folder / "azureml-models/palette/1/palette.npy").astype(np.int32)
    nearest = ((original[:, :, None] - palette) ** 2).sum(axis=-1).argmin(axis=-1)
    assert np.array_equal(drawn, palette[nearest])
    assert (get.status, get.text) == (200, "/score?from=here")
    assert broken.status == 415
    assert f"Request: [<Request 'http://127.0.0.1:{example.server.port}/score' [POST]>]" in example.server.log()


def test_cors_lets_the_other_site_ask(tmp_path: Path) -> None:
    preflight_headers = {"Origin": "http://www.example.com", "Access-Control-Request-Method": "POST"}
    with running("cors", tmp_path) as example:
        answer = example.ask_as_in_readme()
        preflight = example.server.request("OPTIONS", "/score", headers=preflight_headers)
        refused = example.server.request("GET", "/score")
    assert answer.json() == example.own_prediction("iris/1/classifier.pkl", example.request_rows())
    assert answer.json() == ["setosa", "virginica"]
    for each, status in ((answer, 200), (preflight, 200), (refused, 405)):
        assert each.status == status
        assert each.headers.get_all("Access-Control-Allow-Origin") == ["http://www.example.com"]
    assert preflight.headers["Access-Control-Allow-Methods"] == "POST"
    assert preflight.headers["Access-Control-Allow-Headers"] == "content-type"


def test_multi_model_answers_with_the_model_that_is_asked_for(tmp_path: Path) -> None:
    with running("multi_model", tmp_path) as example:
        iris = example.ask_as_in_readme()
        wine_request = (example.folder / "request_wine.json").read_bytes()
        wine = example.server.request("POST", "/score", wine_request, JSON_TYPE)
        other = example.server.request("POST", "/score", json.dumps({"model": "../iris"}), JSON_TYPE)
    iris_own = example.own_prediction("iris/1/classifier.pkl", example.request_rows())
    wine_own = example.own_prediction("wine/2/classifier.pkl", example.request_rows("request_wine.json"))
    assert iris.json() == {"model": "iris", "predictions": iris_own}
    assert wine.json() == {"model": "wine", "predictions": wine_own}
    assert (other.status, other.json()) == (
        404,
        {"message": "There is no model '../iris'; choose one of ['iris', 'wine']."},
    )


def test_model_path_finds_the_newest_version_by_name(tmp_path: Path) -> None:
    with running("model_path", tmp_path) as example:
        answer = example.ask_as_in_readme()
    assert answer.json() == [0, 7]


@pytest.mark.parametrize("name", sorted(readme_rows()))
def test_training_again_gives_the_same_model(name: str, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / name / "train.py", tmp_path)

    def trained_files() -> dict[Path, bytes]:
        runpy.run_path(str(tmp_path / "train.py"), run_name="__main__")
        return {path: path.read_bytes() for path in (tmp_path / "azureml-models").rglob("*") if path.is_file()}

    first = trained_files()
    assert first
    assert trained_files() == first


def test_make_serve_trains_once_and_prints_a_request_that_works(tmp_path: Path) -> None:
    copy = tmp_path / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("azureml-models"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for is_trained in (False, True):
        with ServerProcess(None, command=(sys.executable, str(copy / "serve.py")), cwd=elsewhere) as server:
            printed = server.stdout()
            [line] = [line.strip() for line in printed.splitlines() if line.strip().startswith("curl ")]
            answer = send(line, server, elsewhere, server.port)
        assert (answer.status, len(answer.json())) == (200, 2)
        assert ("Training the diabetes model" in printed) is not is_trained
