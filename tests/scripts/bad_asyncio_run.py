"""run() starts an event loop for each call."""

import asyncio


async def given(value):
    await asyncio.sleep(0)
    return {"given": value}


def init():
    pass


def run(raw_data):
    return asyncio.run(given(raw_data))
