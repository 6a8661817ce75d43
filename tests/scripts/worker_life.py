"""run() tells of its process, does something to it, or answers with as many bytes as its input names."""

import atexit
import os
import signal
import sys
from pathlib import Path

from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse


def leave_word():
    Path(os.environ["ENDED"], str(os.getpid())).touch()


def init():
    if "ENDED" in os.environ:
        atexit.register(leave_word)
    print("arguments:", *sys.argv)


def chunks(count):
    for number in range(count):
        yield b"%d," % number


@rawhttp
def run(request):
    word = request.args.get("word")
    if word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "stream":
        return AMLResponse(chunks(1000), 200)
    if word == "back":
        return AMLResponse(request.get_data(), 200)
    return {"pid": os.getpid(), "query": dict(request.args), "path": request.path}
