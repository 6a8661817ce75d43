"""Raw HTTP: the bytes of a picture in, the same picture in eight colours out, as PNG."""

import io
import os

import numpy as np
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse
from PIL import Image


def init():
    global palette
    palette = np.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "palette.npy"))


@rawhttp
def run(request: AMLRequest):
    print(f"Request: [{request}]")
    if request.method == "GET":
        # Answer with the address that was asked for.
        return AMLResponse(str.encode(request.full_path), 200)
    if request.method == "POST":
        return redraw(request.get_data(False))
    return AMLResponse("bad request", 500)


def redraw(picture_bytes):
    try:
        pixels = np.asarray(Image.open(io.BytesIO(picture_bytes)).convert("RGB"), dtype=np.int32)
    except OSError as error:
        return AMLResponse(f"The body is not a whole picture: {error}", 415)
    distances = [((pixels - colour) ** 2).sum(axis=2) for colour in palette]
    answer = io.BytesIO()
    Image.fromarray(palette[np.argmin(distances, axis=0)]).save(answer, "PNG")
    response = AMLResponse(answer.getvalue(), 200)
    response.headers["Content-Type"] = "image/png"
    return response
