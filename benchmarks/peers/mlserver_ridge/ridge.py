"""Ridge behind MLServer: its scikit-learn runtime, with the model fitted instead of read from a file."""

from __future__ import annotations

from diabetes import fitted
from mlserver_sklearn import SKLearnModel


class Ridge(SKLearnModel):
    """Predicts the rows of as many requests as MLServer merges (model-settings.json)."""

    async def load(self) -> bool:
        self._model = fitted()
        return True
