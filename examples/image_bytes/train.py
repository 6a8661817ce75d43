"""Learn the eight colours that draw scikit-learn's photograph of a flower best."""

from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_sample_image

MODEL_FILE = Path(__file__).parent / "azureml-models/palette/1/palette.npy"
EVERY_NTH_PIXEL = 97


def main():
    pixels = load_sample_image("flower.jpg").reshape(-1, 3)[::EVERY_NTH_PIXEL]
    clusters = KMeans(8, n_init=1, random_state=0).fit(pixels)
    colours = clusters.cluster_centers_.round().astype(np.uint8)
    MODEL_FILE.parent.mkdir(parents=True, exist_ok=True)
    np.save(MODEL_FILE, colours[np.lexsort(colours.T)])


if __name__ == "__main__":
    main()
