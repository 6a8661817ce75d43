"""init() fails."""


def init():
    raise ValueError("no model here")


def run(data):
    return data
