"""mosec giving its JSON input back: `mosec_noop.py --port PORT`."""

from __future__ import annotations

from mosec import Server, Worker


class Echo(Worker):
    """Does nothing, so that the server is all that is measured."""

    def forward(self, data: object) -> object:
        return data


if __name__ == "__main__":
    server = Server()
    server.append_worker(Echo)
    server.run()
