"""Ridge behind mosec with batching, merging and splitting written by hand: `mosec_ridge_batched.py --port PORT`."""

from __future__ import annotations

import numpy as np
from diabetes import fitted
from mosec import Server, Worker

MAX_BATCH_REQUESTS = 16
MAX_WAIT_MS = 1


class Merged(Worker):
    """Predicts the rows of many requests in one call."""

    def __init__(self) -> None:
        super().__init__()
        self.model = fitted()

    def forward(self, data: list[dict[str, list[list[float]]]]) -> list[list[float]]:
        parts = [np.array(request["data"]) for request in data]
        predicted = self.model.predict(np.concatenate(parts))
        ends = np.cumsum([len(part) for part in parts])
        return [rows.tolist() for rows in np.split(predicted, ends[:-1])]


if __name__ == "__main__":
    server = Server()
    server.append_worker(Merged, max_batch_size=MAX_BATCH_REQUESTS, max_wait_time=MAX_WAIT_MS)
    server.run()
