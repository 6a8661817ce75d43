"""Sends what a documented `curl` line sends, so that the tests need no curl.

Only the options that the documents use are known; any other one fails the test.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from urllib.parse import urlsplit

from tests.process import Answer, ServerProcess


def send(line: str, server: ServerProcess, folder: Path, port: int) -> Answer:
    """Do in `folder` what `line` says, but to `server` in place of the documented `port`."""
    program, *words = shlex.split(line)
    given = curl_options().parse_args(words)
    url = urlsplit(given.url)
    assert (program, url.netloc) == ("curl", f"127.0.0.1:{port}")
    body = given_body(given, folder)
    headers = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
    headers.update(header.split(": ", 1) for header in given.headers)
    target = url.path + (f"?{url.query}" if url.query else "")
    return server.request("GET" if body is None else "POST", target, body, headers)


def curl_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="text")
    parser.add_argument("--data-binary", dest="binary")
    parser.add_argument("-i", action="store_true")
    parser.add_argument("-o")
    parser.add_argument("url")
    return parser


def given_body(given: argparse.Namespace, folder: Path) -> bytes | None:
    """-d leaves the line ends of a file out, --data-binary does not."""
    value: str | None = given.text or given.binary
    if value is None:
        return None
    data = (folder / value[1:]).read_bytes() if value.startswith("@") else value.encode()
    return data if given.binary else data.replace(b"\r", b"").replace(b"\n", b"")
