"""`sklearn.externals.joblib`, which the scripts and the model files of older scikit-learns name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compat_names.scripts import attempt, install, run


@pytest.fixture
def sklearn(tmp_path: Path) -> Path:
    """A scikit-learn of today as far as its import names go, and quicker to import than the real one."""
    return install(tmp_path, {"sklearn/__init__.py": "", "sklearn/externals/__init__.py": ""})


@pytest.mark.parametrize(
    "statement",
    [
        "from sklearn.externals import joblib as j",
        "import sklearn.externals.joblib as j",
        "import sklearn.externals.joblib; j = sklearn.externals.joblib",
    ],
)
def test_is_the_installed_joblib(sklearn: Path, statement: str) -> None:
    run(f"{statement}; import joblib; assert j is joblib; assert joblib.__spec__.name == 'joblib'", sklearn)


def test_members_and_modules_below_are_joblibs(sklearn: Path) -> None:
    run(
        """
        from sklearn.externals.joblib import dump, load
        import sklearn.externals.joblib.numpy_pickle as old
        from sklearn.externals.joblib.numpy_pickle import NumpyArrayWrapper
        import joblib
        assert load is joblib.load
        assert old is joblib.numpy_pickle and NumpyArrayWrapper is joblib.numpy_pickle.NumpyArrayWrapper
        """,
        sklearn,
    )


def test_a_model_file_of_those_days_loads(sklearn: Path) -> None:
    file = sklearn / "model.pkl"
    run(
        f"""
        import numpy
        from sklearn.externals.joblib import dump
        from sklearn.externals.joblib.numpy_pickle import NumpyArrayWrapper
        NumpyArrayWrapper.__module__ = "sklearn.externals.joblib.numpy_pickle"
        dump(numpy.arange(3.0), {str(file)!r})
        """,
        sklearn,
    )
    assert b"sklearn.externals.joblib.numpy_pickle" in file.read_bytes()
    assert run(f"import joblib; print(joblib.load({str(file)!r}))", sklearn) == "[0. 1. 2.]"


def test_a_module_that_joblib_lacks_is_missing_as_usual(sklearn: Path) -> None:
    done = attempt("import sklearn.externals.joblib.nothing", sklearn)
    assert "ModuleNotFoundError: No module named 'joblib.nothing'" in done.stderr


def test_a_scikit_learn_that_still_has_it_keeps_it(sklearn: Path) -> None:
    files = {
        "sklearn/externals/joblib/__init__.py": "WHO = 'bundled'",
        "sklearn/externals/joblib/deep.py": "WHO = 'bundled'",
    }
    code = "import sklearn.externals.joblib as j, sklearn.externals.joblib.deep as d; print(j.WHO, d.WHO)"
    assert run(code, install(sklearn, files)) == "bundled bundled"


def test_a_scikit_learn_without_externals(tmp_path: Path) -> None:
    site = install(tmp_path, {"sklearn/__init__.py": ""})
    assert run("from sklearn.externals import joblib; print(joblib.__name__)", site) == "joblib"


def test_without_joblib_the_error_names_the_remedy(sklearn: Path) -> None:
    done = attempt("import sys; sys.modules['joblib'] = None\nfrom sklearn.externals import joblib", sklearn)
    assert "ImportError: sklearn.externals.joblib, gone from scikit-learn 0.23 on" in done.stderr
    assert "pip install joblib" in done.stderr


def test_without_scikit_learn_it_is_scikit_learn_that_is_missing() -> None:
    done = attempt("import sys; sys.modules['sklearn'] = None\nfrom sklearn.externals import joblib")
    assert "No module named 'sklearn.externals'" in done.stderr
