"""Without decorators any JSON goes in and out, in all three versions."""


def init():
    pass


def run(data):
    return data
