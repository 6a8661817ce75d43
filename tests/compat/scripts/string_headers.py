"""String mode with the request's headers after the data, and a default argument."""


def init():
    pass


def run(data, extra="default", request_headers=None):
    return [data, extra, sorted(request_headers.items())]
