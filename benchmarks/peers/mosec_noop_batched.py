"""mosec giving its JSON input back, as many requests in a call as are there: `mosec_noop_batched.py --port PORT`."""

from __future__ import annotations

from mosec import Server, Worker

MAX_BATCH_REQUESTS = 16
MAX_WAIT_MS = 1


class EchoMany(Worker):
    """Does nothing, so that the server is all that is measured."""

    def forward(self, data: list[object]) -> list[object]:
        return data


if __name__ == "__main__":
    server = Server()
    server.append_worker(EchoMany, max_batch_size=MAX_BATCH_REQUESTS, max_wait_time=MAX_WAIT_MS)
    server.run()
