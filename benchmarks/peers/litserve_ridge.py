"""Ridge behind LitServe: `litserve_ridge.py PORT`."""

from __future__ import annotations

import sys

import litserve
import numpy as np
import numpy.typing as npt
from diabetes import fitted


class Ridge(litserve.LitAPI):
    """Predicts the rows of one request."""

    def setup(self, device: str) -> None:
        self.model = fitted()

    def decode_request(self, request: dict[str, list[list[float]]]) -> npt.NDArray[np.float64]:
        return np.array(request["data"])

    def predict(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return self.model.predict(x)

    def encode_response(self, output: npt.NDArray[np.float64]) -> list[float]:
        return output.tolist()


if __name__ == "__main__":
    server = litserve.LitServer(Ridge(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", generate_client_file=False)
