"""Imports a module that is found only through the settings."""

import sibling_module


def init():
    pass


def run(data):
    return sibling_module.NAME
