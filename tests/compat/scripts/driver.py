"""init() is this module's, run() comes from the driver module."""

import driver_module  # noqa: F401

CALLED = []


def init():
    import driver_module

    driver_module.INITIALISED.append("outer")


def run(data):
    return "the outer run was called"
