"""run() takes a list; an item may be refused, make everything fail, or stream."""

from azureml.contrib.services.aml_request import rawhttp
from azureml.contrib.services.aml_response import AMLResponse

from scoring_runtime.authoring import ScoringError, batched


def init():
    pass


@rawhttp
@batched
async def run(requests):
    return [answer(request.get_data(as_text=True), len(requests)) for request in requests]


def answer(text, together):
    if text == "refuse":
        return ScoringError(404, {"unknown": text}, retry_after_s=7)
    if text == "raise":
        raise ValueError("a bad item")
    if text == "raise refusal":
        raise ScoringError(409, "taken")
    if text == "stream":
        return AMLResponse((each for each in ("a", "b", "c")), 200)
    if text.startswith("/"):
        with open(text + ".begun", "w") as begun:
            begun.write("begun")
        with open(text) as pipe:
            return pipe.readline()
    return {"given": text, "together": together}
