"""Gives back what run() got."""


def init():
    pass


def run(data):
    return data
