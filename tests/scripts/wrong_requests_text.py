"""String mode, for requests that are wrong: answers with what run() was given."""


def init():
    pass


def run(raw_data):
    return {"given": raw_data}
