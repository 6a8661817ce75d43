"""A real HTTP server that telemetry can be sent to: it keeps each body that it was posted."""

from __future__ import annotations

import gzip
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ARRIVAL_TIMEOUT_S = 30.0


class Collector:
    """Answers every POST as the ingestion service of Application Insights does; OTLP takes that too."""

    def __init__(self) -> None:
        self.posted: queue.Queue[tuple[str, bytes]] = queue.Queue()
        posted = self.posted

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                # Before the answer, after which the client may say that all has been sent.
                posted.put((self.path, body))
                answer = _answer_to(self.path, body)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_post(self) -> tuple[str, bytes]:
        """The path and the body of the next request, waited for."""
        return self.posted.get(timeout=ARRIVAL_TIMEOUT_S)

    def arrived(self) -> list[tuple[str, bytes]]:
        """What has arrived so far and was not looked at."""
        return [self.posted.get() for _ in range(self.posted.qsize())]


def _answer_to(path: str, body: bytes) -> bytes:
    if not path.endswith("/track"):
        return b""
    count = len(json.loads(body))
    return json.dumps({"itemsReceived": count, "itemsAccepted": count, "errors": []}).encode()
