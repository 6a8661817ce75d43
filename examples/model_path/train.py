"""Fit a support vector classifier to scikit-learn's hand-written digits, as version 1 of `sklearn_digits`."""

from pathlib import Path

import joblib
from sklearn.datasets import load_digits
from sklearn.svm import SVC

MODEL_FILE = Path(__file__).parent / "azureml-models/sklearn_digits/1/sklearn_digits_model.pkl"


def main():
    pictures, digits = load_digits(return_X_y=True)
    MODEL_FILE.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(SVC(gamma=0.001).fit(pictures, digits), MODEL_FILE)


if __name__ == "__main__":
    main()
