"""The garbage collector around the loading of a script: rare while it is loaded, done with it afterwards.

An import and an init() make many objects that stay; looking at all of them again and again takes 4 % of a start.
"""

from __future__ import annotations

import gc

_LOADING = (50_000, 20, 100)
_before: list[tuple[int, int, int]] = []


def begin_loading() -> None:
    _before.append(gc.get_threshold())
    gc.set_threshold(*_LOADING)


def end_loading() -> None:
    """What has been loaded lives as long as this version of the script: full collections need not look at it again.

    A threshold that the script has set stays.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if _before and gc.get_threshold() == _LOADING:
        gc.set_threshold(*_before.pop())
