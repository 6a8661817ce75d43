"""Requests as they come over the wire, for the tests of AMLRequest."""

from __future__ import annotations

from scoring_runtime.authoring import AMLRequest

Headers = list[tuple[bytes, bytes]]
JSON: Headers = [(b"content-type", b"application/json")]
FORM: Headers = [(b"content-type", b"application/x-www-form-urlencoded")]
MULTIPART: Headers = [(b"content-type", b"multipart/form-data; boundary=B")]


def ask(
    body: bytes = b"",
    headers: Headers | None = None,
    target: bytes = b"/score",
    method: str = "POST",
    sized: bool = True,
) -> AMLRequest:
    """A request as the server hands it over; `sized` says whether the client sent a Content-Length."""
    fields = [(b"host", b"h.example:99"), *(headers or [])]
    if sized:
        fields.append((b"content-length", str(len(body)).encode()))
    return AMLRequest.build(method, target, fields, body, ("10.0.0.7", 4711), ("0.0.0.0", 5001), "http")


def part(name: str, content: bytes, filename: str | None = None, media_type: str = "text/plain") -> bytes:
    disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
    head = f"--B\r\nContent-Disposition: {disposition}\r\nContent-Type: {media_type}\r\n\r\n"
    return head.encode() + content + b"\r\n"


END = b"--B--\r\n"
