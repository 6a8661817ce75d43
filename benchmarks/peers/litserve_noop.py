"""LitServe giving its JSON input back: `litserve_noop.py PORT`."""

from __future__ import annotations

import sys

import litserve


class Echo(litserve.LitAPI):
    """Does nothing, so that the server is all that is measured."""

    def setup(self, device: str) -> None:
        pass

    def predict(self, x: object) -> object:
        return x


if __name__ == "__main__":
    server = litserve.LitServer(Echo(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", generate_client_file=False)
