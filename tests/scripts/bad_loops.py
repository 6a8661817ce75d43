"""run() is a coroutine function that starts an event loop of its own on another thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


async def doubled(value):
    await asyncio.sleep(0)
    return value * 2


def init():
    asyncio.run(doubled(1))


async def run(raw_data):
    with ThreadPoolExecutor() as pool:
        inner = pool.submit(asyncio.run, doubled(raw_data))
    return {"here": await doubled(raw_data), "there": inner.result()}
