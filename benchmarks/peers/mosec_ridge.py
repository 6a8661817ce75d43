"""Ridge behind mosec, a request at a time: `mosec_ridge.py --port PORT`."""

from __future__ import annotations

import numpy as np
from diabetes import fitted
from mosec import Server, Worker


class OneByOne(Worker):
    """Predicts the rows of one request."""

    def __init__(self) -> None:
        super().__init__()
        self.model = fitted()

    def forward(self, data: dict[str, list[list[float]]]) -> list[float]:
        return self.model.predict(np.array(data["data"])).tolist()


if __name__ == "__main__":
    server = Server()
    server.append_worker(OneByOne)
    server.run()
