"""init() is this module's, run() comes from the driver module."""

import driver_module

CALLED = []


def init():

    driver_module.INITIALISED.append("outer")


def run(data):
    return "the outer run was called"
