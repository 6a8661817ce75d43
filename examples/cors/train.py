"""Fit a classifier to scikit-learn's iris data; it answers with the names of the species."""

from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

MODEL_FILE = Path(__file__).parent / "azureml-models/iris/1/classifier.pkl"


def main():
    iris = load_iris()
    MODEL_FILE.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(KNeighborsClassifier().fit(iris.data, iris.target_names[iris.target]), MODEL_FILE)


if __name__ == "__main__":
    main()
