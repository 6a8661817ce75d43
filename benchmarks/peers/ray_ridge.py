"""Ridge behind Ray Serve with its batching: `ray_ridge.py PORT`."""

from __future__ import annotations

import signal
import sys

import numpy as np
import numpy.typing as npt
import ray
from diabetes import fitted
from ray import serve
from starlette.requests import Request

# Each actor of Serve asks for a core of the bookkeeping, whatever the process may really use.
BOOKED_CORES = 4
OBJECT_STORE_BYTES = 100_000_000


@serve.deployment(max_ongoing_requests=64)
class Ridge:
    """Predicts the rows of many requests in one call."""

    def __init__(self) -> None:
        self.model = fitted()

    @serve.batch(max_batch_size=16, batch_wait_timeout_s=0.001)
    async def predict(self, parts: list[npt.NDArray[np.float64]]) -> list[list[float]]:
        predicted = self.model.predict(np.concatenate(parts))
        ends = np.cumsum([len(part) for part in parts])
        return [rows.tolist() for rows in np.split(predicted, ends[:-1])]

    async def __call__(self, request: Request) -> list[float]:
        return await self.predict(np.array((await request.json())["data"]))


if __name__ == "__main__":
    ray.init(num_cpus=BOOKED_CORES, include_dashboard=False, object_store_memory=OBJECT_STORE_BYTES)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    serve.run(Ridge.bind(), route_prefix="/score")
    signal.pause()
