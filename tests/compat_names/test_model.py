"""Model.get_model_path: the name of a registered model becomes the path of its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scoring_runtime.compat.exceptions import AzureMLException, ModelNotFoundException, WebserviceException
from scoring_runtime.compat.model_path import Model


@pytest.fixture(autouse=True)
def cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, empty at first."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def register(name: str, version: int | str, entry: str = "model.pkl") -> None:
    folder = Path("azureml-models") / name / str(version)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / entry).touch()


def test_one_version_one_file() -> None:
    register("mnist", 1)
    assert Model.get_model_path("mnist") == "azureml-models/mnist/1/model.pkl"
    assert Model.get_model_path(model_name="mnist") == "azureml-models/mnist/1/model.pkl"


def test_a_registered_folder_is_returned_as_such() -> None:
    register("mnist/1/saved_model", "variables")
    assert Model.get_model_path("mnist") == "azureml-models/mnist/1/saved_model"


def test_the_latest_version_is_the_largest_number() -> None:
    for version in (2, 10, 9):
        register("mnist", version)
    assert Model.get_model_path("mnist") == "azureml-models/mnist/10/model.pkl"


def test_folders_that_are_no_versions_are_passed_over() -> None:
    register("mnist", 1)
    register("mnist", "latest")
    assert Model.get_model_path("mnist") == "azureml-models/mnist/1/model.pkl"


def test_a_given_version() -> None:
    for version in (1, 2):
        register("mnist", version)
    assert Model.get_model_path("mnist", 1) == "azureml-models/mnist/1/model.pkl"
    assert Model.get_model_path("mnist", version=1, _workspace=None) == "azureml-models/mnist/1/model.pkl"


def test_a_registered_model_goes_before_a_path_of_the_same_name() -> None:
    register("mnist", 1)
    Path("mnist").touch()
    assert Model.get_model_path("mnist") == "azureml-models/mnist/1/model.pkl"


@pytest.mark.parametrize("version", [None, 3])
def test_the_name_itself_may_be_a_path(version: int | None) -> None:
    Path("outputs").mkdir()
    Path("outputs/model.pkl").touch()
    assert Model.get_model_path("outputs/model.pkl", version) == "outputs/model.pkl"
    assert Model.get_model_path("outputs", version) == "outputs"


def test_not_found_says_where_it_looked(cwd: Path) -> None:
    with pytest.raises(ModelNotFoundException) as caught:
        Model.get_model_path("mnist")
    assert "Model 'mnist' not found" in str(caught.value)
    assert "'azureml-models/mnist'" in caught.value.message
    assert repr(str(cwd)) in caught.value.message


def test_a_version_that_is_not_there() -> None:
    register("mnist", 1)
    with pytest.raises(ModelNotFoundException, match="azureml-models/mnist/7"):
        Model.get_model_path("mnist", 7)


def test_no_version_at_all() -> None:
    register("mnist", "latest")
    with pytest.raises(ModelNotFoundException, match="'azureml-models/mnist' holds no folder named after"):
        Model.get_model_path("mnist")


@pytest.mark.parametrize("version", ["1", 1.0])
def test_a_version_of_another_type(version: Any) -> None:
    register("mnist", 1)
    with pytest.raises(WebserviceException, match=f"must be an int or None, not {type(version).__name__}"):
        Model.get_model_path("mnist", version)


@pytest.mark.parametrize("count", [0, 2])
def test_another_number_of_entries_than_one(count: int) -> None:
    register("mnist", 1, "0")
    Path("azureml-models/mnist/1/0").unlink()
    for number in range(count):
        register("mnist", 1, str(number))
    with pytest.raises(WebserviceException, match=f"exactly one file or folder, not {count}: "):
        Model.get_model_path("mnist")


@pytest.mark.parametrize("kind", [ModelNotFoundException, WebserviceException])
def test_one_except_clause_catches_both(kind: type[AzureMLException]) -> None:
    assert issubclass(kind, AzureMLException)
    assert kind("why").message == "why"
