"""A run() that is a coroutine function."""


def init():
    pass


async def run(data):
    return {"awaited": data}
