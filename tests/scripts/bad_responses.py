"""Raw mode: run() returns the wrong response that its input names; every other input is given back."""

from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse
from werkzeug.datastructures import Headers


def raising(count):
    for number in range(count):
        yield b"%d" % number
    raise ValueError("in the middle")


def numbers():
    yield b"one"
    yield 2


class Unchecked(Headers):
    """Headers that hold whatever they are given."""

    def __init__(self, pairs):
        super().__init__()
        self._list = pairs


def with_headers(*pairs):
    response = AMLResponse("body", 200)
    response.headers = Unchecked(list(pairs))
    return response


CASES = {
    "status 0": lambda: AMLResponse("x", 0),
    "status 99": lambda: AMLResponse("x", 99),
    "status 101": lambda: AMLResponse("x", 101),
    "status 600": lambda: AMLResponse("x", 600),
    "status True": lambda: AMLResponse("x", True),
    "status of words": lambda: AMLResponse("x", "fine"),
    "CRLF in a value": lambda: with_headers(("x-a", "b\r\nx-evil: 1")),
    "LF in a value": lambda: with_headers(("x-a", "b\nx-evil: 1")),
    "NUL in a value": lambda: with_headers(("x-a", "b\0")),
    "not latin-1 in a value": lambda: with_headers(("x-a", "\u20ac")),
    "space in a name": lambda: with_headers(("x a", "b")),
    "CRLF in a name": lambda: with_headers(("x-evil: 1\r\nx-a", "b")),
    "empty name": lambda: with_headers(("", "b")),
    "CRLF given to AMLResponse": lambda: AMLResponse("x", 200, {"x-a": "b\r\nx-evil: 1"}),
    "wrong length": lambda: with_headers(("Content-Length", "1")),
    "own framing": lambda: with_headers(("Transfer-Encoding", "chunked"), ("Connection", "x-evil")),
    "raises at once": lambda: AMLResponse(raising(0), 200),
    "raises midway": lambda: AMLResponse(raising(3), 200),
    "yields a number": lambda: AMLResponse(numbers(), 200),
    "is nothing": lambda: AMLResponse(None, 200),
}


def init():
    pass


@rawhttp
def run(request):
    name = request.get_data(as_text=True)
    return CASES[name]() if name in CASES else {"given": name}
