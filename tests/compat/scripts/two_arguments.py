"""String mode, but a second argument without a default: no call can succeed."""


def init():
    pass


def run(data, other):
    return [data, other]
