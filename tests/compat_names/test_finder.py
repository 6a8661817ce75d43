"""Which Azure name comes from where: every import form, with nothing or something of Azure installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scoring_runtime.compat import finder
from tests.compat_names.scripts import attempt, install, run

# Three ways to install a package `azureml`, each with one module of its own and none of the names we serve.
AZUREML_LAYOUTS = {
    "namespace": {"azureml/real.py": "WHO = 'installed'"},
    "regular": {"azureml/__init__.py": "", "azureml/real.py": "WHO = 'installed'"},
    "pkgutil": {
        "azureml/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
        "azureml/real.py": "WHO = 'installed'",
    },
}
INSTALLED_SERVICES = {
    "azureml/contrib/services/__init__.py": "",
    "azureml/contrib/services/aml_request.py": "rawhttp = AMLRequest = 'installed'",
    "azureml/contrib/services/aml_response.py": "AMLResponse = 'installed'",
    "azureml/contrib/services/other.py": "WHO = 'installed'",
}
ORIGINAL_SERVER = {
    "azureml_inference_server_http/__init__.py": "raise AssertionError('executed')",
    "azureml_inference_server_http/constants.py": "WHO = 'installed'",
    "azureml_inference_server_http/log_config.py": "raise AssertionError('executed')",
    "azureml_inference_server_http/api/__init__.py": "raise AssertionError('executed')",
    "azureml_inference_server_http/api/aml_request.py": "raise AssertionError('executed')",
}

IMPORT_FORMS = [
    "import {parent}.{module}; {name} = {parent}.{module}.{name}",
    "import {parent}.{module} as m; {name} = m.{name}",
    "from {parent} import {module}; {name} = {module}.{name}",
    "from {parent}.{module} import {name}",
    "from {parent}.{module} import *",
    "from importlib import import_module; {name} = import_module('{parent}.{module}').{name}",
]
RAW_NAMES = [
    (parent, module, name)
    for parent in ("azureml.contrib.services", "azureml_inference_server_http.api")
    for module, name in (
        ("aml_request", "AMLRequest"),
        ("aml_request", "rawhttp"),
        ("aml_response", "AMLResponse"),
    )
]


def raw_imports() -> str:
    """Code that imports each raw-HTTP name in each form and fails unless it is ours."""
    statements = [
        form.format(parent=parent, module=module, name=name)
        + f"; import scoring_runtime.authoring as ours; assert {name} is ours.{name}"
        for form in IMPORT_FORMS
        for parent, module, name in RAW_NAMES
    ]
    return "\n".join(statements)


class TestNothingInstalled:
    def test_raw_http_names_in_every_form(self) -> None:
        run(raw_imports())

    @pytest.mark.parametrize("form", IMPORT_FORMS)
    def test_each_form_works_as_the_first_import(self, form: str) -> None:
        statement = form.format(parent="azureml.core", module="model", name="Model")
        assert run(f"{statement}; print(Model.__module__)") == "scoring_runtime.compat.model_path"

    def test_a_name_that_nobody_has_is_missing_as_usual(self) -> None:
        done = attempt("import azureml.core.nothing")
        assert "ModuleNotFoundError: No module named 'azureml.core.nothing'" in done.stderr

    def test_our_own_modules_do_not_become_top_level_names(self) -> None:
        assert "No module named 'finder'" in attempt("import finder").stderr

    def test_without_the_finders_nothing_is_importable(self) -> None:
        done = attempt("import azureml", preamble="import scoring_runtime.compat\n")
        assert "No module named 'azureml'" in done.stderr


@pytest.mark.parametrize("layout", AZUREML_LAYOUTS)
class TestAzuremlInstalled:
    def test_raw_http_names_are_ours_and_the_rest_stays(self, tmp_path: Path, layout: str) -> None:
        site = install(tmp_path, AZUREML_LAYOUTS[layout])
        run(raw_imports() + "\nimport azureml.real; assert azureml.real.WHO == 'installed'", site)

    def test_ours_win_over_installed_raw_http_names(self, tmp_path: Path, layout: str) -> None:
        site = install(tmp_path, {**AZUREML_LAYOUTS[layout], **INSTALLED_SERVICES})
        run(raw_imports(), site)

    def test_the_other_modules_of_an_installed_services_package_stay(self, tmp_path: Path, layout: str) -> None:
        site = install(tmp_path, {**AZUREML_LAYOUTS[layout], **INSTALLED_SERVICES})
        assert run("from azureml.contrib.services import other; print(other.WHO)", site) == "installed"

    def test_an_installed_contrib_without_services_stays(self, tmp_path: Path, layout: str) -> None:
        contrib = {"azureml/contrib/__init__.py": "WHO = 'installed'", "azureml/contrib/x.py": ""}
        site = install(tmp_path, {**AZUREML_LAYOUTS[layout], **contrib})
        code = "\nimport azureml.contrib, azureml.contrib.x; assert azureml.contrib.WHO == 'installed'"
        run(raw_imports() + code, site)

    def test_an_installed_model_class_wins(self, tmp_path: Path, layout: str) -> None:
        core = {
            "azureml/core/__init__.py": "from azureml.core.model import Model",
            "azureml/core/model.py": "Model = 'installed'",
        }
        site = install(tmp_path, {**AZUREML_LAYOUTS[layout], **core})
        assert run("from azureml.core import Model; print(Model)", site) == "installed"
        assert run("from azureml.core.model import Model; print(Model)", site) == "installed"

    def test_what_is_not_installed_is_ours(self, tmp_path: Path, layout: str) -> None:
        site = install(tmp_path, AZUREML_LAYOUTS[layout])
        code = "from azureml.core.model import Model; import azureml.train.automl; print(Model.__module__)"
        assert run(code, site) == "scoring_runtime.compat.model_path"


class TestOriginalServerInstalled:
    def test_its_raw_http_names_are_ours(self, tmp_path: Path) -> None:
        run(raw_imports(), install(tmp_path, ORIGINAL_SERVER))

    def test_its_logging_classes_are_ours(self, tmp_path: Path) -> None:
        code = """
            from azureml_inference_server_http.log_config import AMLLogFormatter, RootAccessFilter
            print(AMLLogFormatter.__module__, RootAccessFilter.__module__)
            """
        home = "scoring_runtime.telemetry.logs"
        assert run(code, install(tmp_path, ORIGINAL_SERVER)) == f"{home} {home}"

    def test_its_other_modules_stay(self, tmp_path: Path) -> None:
        code = "from azureml_inference_server_http import constants; print(constants.WHO)"
        assert run(code, install(tmp_path, ORIGINAL_SERVER)) == "installed"


class TestAzureNamespace:
    CODE = "from azure.ai.mlmonitoring import Collector; print(Collector.__module__)"

    @pytest.mark.parametrize(
        "files",
        [
            {},
            {"azure/core/__init__.py": ""},
            {"azure/__init__.py": "", "azure/core/__init__.py": ""},
            {"azure/core/__init__.py": "", "azure/ai/ml/__init__.py": ""},
        ],
        ids=["nothing", "namespace", "regular", "azure.ai shared"],
    )
    def test_our_name_lives_beside_what_is_installed(self, tmp_path: Path, files: dict[str, str]) -> None:
        names = [file.removesuffix("/__init__.py").replace("/", ".") for file in files]
        code = "".join(f"import {name}\n" for name in names) + self.CODE
        assert run(code, install(tmp_path, files)) == "scoring_runtime.compat.data_collection"

    def test_an_installed_collector_wins(self, tmp_path: Path) -> None:
        site = install(tmp_path, {"azure/ai/mlmonitoring/__init__.py": "class Collector: pass"})
        assert run(self.CODE, site) == "azure.ai.mlmonitoring"


class TestInstall:
    def test_once_in_front_and_once_behind_however_often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
        finder.uninstall()
        others = list(sys.meta_path)
        finder.install()
        finder.install()
        first, *between, last = sys.meta_path
        assert (type(first), between, type(last)) == (finder.RawHttpFinder, others, finder.FallbackFinder)

    def test_uninstall_takes_both_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
        finder.install()
        finder.uninstall()
        kinds = (finder.RawHttpFinder, finder.FallbackFinder)
        assert not [entry for entry in sys.meta_path if isinstance(entry, kinds)]

    def test_importing_the_finder_changes_nothing(self) -> None:
        code = "import sys; before = list(sys.meta_path); import scoring_runtime.compat.finder"
        run(f"{code}; assert sys.meta_path == before", preamble="")
