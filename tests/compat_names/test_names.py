"""The Azure names that scripts use while serving, as the scripts use them."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from scoring_runtime.compat import data_collection
from scoring_runtime.compat.azureml.automl.core.shared import log_server, logging_utilities
from scoring_runtime.compat.azureml.telemetry import INSTRUMENTATION_KEY
from scoring_runtime.compat.offline_run import Run
from tests.compat_names.scripts import PREAMBLE, install, run

SEED_SAMPLE = """
    import json
    import numpy as np
    import azureml.train.automl
    from sklearn.externals import joblib
    from sklearn.linear_model import Ridge
    from azureml.core.model import Model
    path = Model.get_model_path('ridge')
    joblib.dump(Ridge().fit([[0.0], [1.0]], [0.0, 1.0]), path)
    print(path, joblib.load(path).predict([[0.5]]))
    """
AUTOML_SCRIPT = """
    import logging
    import azureml.automl.core
    from azureml.automl.core.shared import logging_utilities, log_server
    from azureml.telemetry import INSTRUMENTATION_KEY
    log_server.enable_telemetry(INSTRUMENTATION_KEY)
    log_server.set_verbosity('INFO')
    log_server.update_custom_dimensions({'model_name': 'm', 'model_version': '1'})
    try:
        raise ValueError('no such model')
    except Exception as e:
        logging_utilities.log_traceback(e, logging.getLogger('azureml.automl.core.scoring_script_v2'))
    """


def test_the_first_samples_of_the_product_run_unchanged(tmp_path: Path) -> None:
    install(tmp_path, {"azureml-models/ridge/1/model.pkl": ""})
    in_folder = f"import os; os.chdir({str(tmp_path)!r})\n{PREAMBLE}"
    assert run(SEED_SAMPLE, preamble=in_folder) == "azureml-models/ridge/1/model.pkl [0.5]"


def test_a_generated_automl_script_runs_unchanged() -> None:
    run(AUTOML_SCRIPT)


def test_every_spelling_of_a_name_is_the_same_object() -> None:
    run(
        """
        from azureml.ai.monitoring import Collector as new
        from azureml.ai.monitoring.context import BasicCorrelationContext as new_context
        from azure.ai.mlmonitoring import Collector as old
        from azure.ai.mlmonitoring.context import BasicCorrelationContext as old_context
        from azureml._common.exceptions import AzureMLException as base
        from azureml import core, exceptions
        from azureml.core import model, run
        from scoring_runtime.compat import data_collection, model_path, offline_run
        from scoring_runtime.compat import exceptions as own
        assert core.Model is model.Model is model_path.Model
        assert core.Run is run.Run is offline_run.Run
        assert new is old is data_collection.Collector
        assert new_context is old_context is data_collection.BasicCorrelationContext
        assert exceptions.ModelNotFoundException is own.ModelNotFoundException
        assert exceptions.WebserviceException is own.WebserviceException
        assert exceptions.AzureMLException is base is own.AzureMLException
        """
    )


def test_the_old_collector_is_found_where_scripts_look_for_it() -> None:
    code = "from azureml.monitoring import ModelDataCollector as M; print(M('best').collect([1]))"
    assert run(code).startswith("{'Correlation Id': ")


def test_a_logging_configuration_may_name_the_original_classes() -> None:
    package = "azureml_inference_server_http.log_config"
    printed = run(
        f"""
        import logging, logging.config
        logging.config.dictConfig({{
            "version": 1,
            "formatters": {{"f": {{"()": "{package}.AMLLogFormatter", "fmt": "%(levelname)s %(message)s"}}}},
            "filters": {{"r": {{"()": "{package}.RootAccessFilter"}}}},
            "handlers": {{"h": {{
                "class": "logging.StreamHandler", "formatter": "f", "filters": ["r"], "stream": "ext://sys.stdout",
            }}}},
            "root": {{"handlers": ["h"], "level": "INFO"}},
        }})
        logging.info('127.0.0.1 "GET / HTTP/1.1" 200')
        logging.info('127.0.0.1 "GET /score HTTP/1.1" 200')
        """
    )
    assert re.fullmatch(r'\w+ 127\.0\.0\.1 "GET /score HTTP/1\.1" 200', printed)


def test_an_offline_run_has_an_id_of_its_own_and_keeps_nothing() -> None:
    first, second = Run.get_context(), Run.get_context(allow_offline=True)
    assert first.id.startswith("OfflineRun_")
    assert first.id != second.id
    before = vars(first).copy()
    first.log("accuracy", 0.9)
    first.log_list("losses", [1, 2], description="per epoch")
    first.log_row("point", x=1, y=2)
    assert vars(first) == before


class TestModelDataCollector:
    def test_inputs_give_the_ids_that_predictions_take(self) -> None:
        inputs = data_collection.ModelDataCollector("best", designation="inputs", feature_names=["a", "b"])
        predictions = data_collection.ModelDataCollector("best", identifier="predictions")
        correlations = inputs.collect([[1, 2]])
        assert isinstance(correlations, dict)
        data = [3]
        assert predictions.add_correlations(data, correlations) is data
        predictions.collect(data, user_correlation_id="mine")
        assert (inputs.designation, predictions.designation) == ("inputs", "predictions")

    def test_ids_are_new_unless_given(self) -> None:
        collector = data_collection.ModelDataCollector("best")
        assert collector.collect([1]) != collector.collect([1])
        assert "mine" in collector.collect([1], "mine").values()


class TestCollector:
    def test_a_context_is_handed_through(self) -> None:
        inputs = data_collection.Collector(name="model_inputs")
        outputs = data_collection.Collector(name="model_outputs", on_error=lambda error: None)
        context = inputs.collect([1])
        assert outputs.collect([2], context) is context
        assert outputs.collect([2], correlation_context=context) is context

    def test_contexts_differ_unless_given_an_id(self) -> None:
        collector = data_collection.Collector(name="model_inputs")
        assert collector.collect([1]).get_id() != collector.collect([1]).get_id()
        assert data_collection.BasicCorrelationContext(id="test").get_id() == "test"


class TestAutomlLogging:
    def test_the_telemetry_switches_accept_what_scripts_pass(self) -> None:
        log_server.enable_telemetry(INSTRUMENTATION_KEY)
        log_server.set_verbosity("INFO")
        log_server.update_custom_dimensions({"model_name": "m"})

    @pytest.mark.parametrize("logger", [logging.getLogger("azureml.automl"), None])
    def test_a_traceback_reaches_the_log(self, logger: logging.Logger | None, caplog: pytest.LogCaptureFixture) -> None:
        try:
            raise ValueError("no such model")
        except ValueError as error:
            logging_utilities.log_traceback(error, logger, is_critical=False)
        (record,) = caplog.records
        assert (record.name, record.levelname, record.getMessage()) == (
            "azureml.automl",
            "ERROR",
            "no such model",
        )
        assert "Traceback" in caplog.text
