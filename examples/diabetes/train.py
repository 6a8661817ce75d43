"""Fit a ridge regression to scikit-learn's diabetes data, in the units of the measurements."""

from pathlib import Path

import joblib
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

MODEL_FILE = Path(__file__).parent / "azureml-models/diabetes/1/sklearn_regression_model.pkl"


def main():
    measurements, progression = load_diabetes(return_X_y=True, scaled=False)
    MODEL_FILE.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(Ridge().fit(measurements, progression), MODEL_FILE)


if __name__ == "__main__":
    main()
