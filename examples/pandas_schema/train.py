"""Fit a small forest to generated bike rentals: more of them in summer, when it is warm, and after work."""

from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

MODEL_FILE = Path(__file__).parent / "azureml-models/rentals/1/rentals.pkl"
SEASON_MEANS = {"winter": 2.0, "spring": 12.0, "summer": 22.0, "autumn": 11.0}


def generate_hours(count):
    """`count` hours with their weather, and the bikes rented in each."""
    rng = np.random.default_rng(0)
    season = rng.choice(list(SEASON_MEANS), count)
    temperature = np.round([SEASON_MEANS[name] for name in season] + rng.normal(0, 4, count), 1)
    hour = rng.integers(0, 24, count)
    rentals = 20 + 4 * temperature.clip(0) + 60 * np.exp(-((hour - 17) ** 2) / 8) + rng.normal(0, 5, count)
    return pd.DataFrame({"season": season, "temperature": temperature, "hour": hour}), rentals


def main():
    hours, rentals = generate_hours(2000)
    encode = make_column_transformer((OneHotEncoder(), ["season"]), remainder="passthrough")
    model = make_pipeline(encode, RandomForestRegressor(20, max_depth=8, random_state=0))
    MODEL_FILE.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(model.fit(hours, rentals), MODEL_FILE)


if __name__ == "__main__":
    main()
