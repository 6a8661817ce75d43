"""Does nothing: what is measured is the server alone."""


def init() -> None:
    pass


def run(data: str) -> str:
    return data
