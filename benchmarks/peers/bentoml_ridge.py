"""Ridge behind BentoML with its adaptive batching: `bentoml serve bentoml_ridge:Ridge --port PORT`."""

import bentoml
import numpy as np
from diabetes import fitted


@bentoml.service(workers=1)
class Ridge:
    """Predicts the rows of as many requests as BentoML merges."""

    def __init__(self) -> None:
        self.model = fitted()

    @bentoml.api(batchable=True, batch_dim=0, max_batch_size=64)
    def score(self, data: np.ndarray) -> np.ndarray:
        return self.model.predict(data)
