"""run() behind decorators of the user's own."""

import functools


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return ["logged", function(*args, **kwargs)]

    return wrapper


def init():
    pass


@logged
def run(raw_data):
    return raw_data
