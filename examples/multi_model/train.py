"""Fit one classifier to scikit-learn's iris data and one to its wine data, the latter as version 2."""

from pathlib import Path

import joblib
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MODELS_FOLDER = Path(__file__).parent / "azureml-models"


def train(data, model_file):
    classifier = make_pipeline(StandardScaler(), LogisticRegression())
    model_file.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(classifier.fit(data.data, data.target_names[data.target]), model_file)


def main():
    train(load_iris(), MODELS_FOLDER / "iris/1/classifier.pkl")
    train(load_wine(), MODELS_FOLDER / "wine/2/classifier.pkl")


if __name__ == "__main__":
    main()
