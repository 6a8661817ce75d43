"""print() with the default written out."""


def init():
    pass


def run(data):
    print("a", "b", sep=None, end=None, flush=True)
    return "printed"
