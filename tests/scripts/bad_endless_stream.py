"""Raw mode: `stream` is answered by a generator without an end; any other input by how many such were closed."""

from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse

closed = []


def endless():
    try:
        while True:
            yield b"x" * 65536
    finally:
        closed.append(1)


def init():
    pass


@rawhttp
def run(request):
    if request.get_data() == b"stream":
        return AMLResponse(endless(), 200)
    return {"closed": len(closed)}
