"""Answers that are generated piece by piece."""

from azureml_inference_server_http.api.aml_request import rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse


def pieces():
    yield "one"
    yield b"two\xff"
    yield ""
    yield "three é"


def broken():
    yield "one"
    raise ValueError("in the middle")


def broken_at_once():
    raise ValueError("before anything")
    yield "never"


def numbers():
    yield "one"
    yield 2


def events():
    for number in range(3):
        yield f"data: {number}\n\n"


class Closing:
    def __iter__(self):
        return iter(["a", "b"])

    def close(self):
        print("stream was closed")


STREAMS = {
    "pieces": lambda: AMLResponse(pieces(), 200),
    "broken": lambda: AMLResponse(broken(), 200),
    "broken at once": lambda: AMLResponse(broken_at_once(), 200),
    "numbers": lambda: AMLResponse(numbers(), 200),
    "events": lambda: AMLResponse(events(), 200, {"Content-Type": "text/event-stream"}),
    "status": lambda: AMLResponse(events(), 503),
    "nothing": lambda: AMLResponse(iter(()), 200),
    "closing": lambda: AMLResponse(Closing(), 200),
    "large": lambda: AMLResponse(("x" * 100_000 for _ in range(20)), 200),
}


def init():
    pass


@rawhttp
def run(request):
    return STREAMS[request.args["give"]]()
