"""How the interpreter is set, in the server's own process and in workers: collections and switches of threads.

Garbage is collected rarely while a script is loaded: an import and an init() make many objects that stay, and looking
at all of them again and again takes 4 % of a start.
"""

from __future__ import annotations

import gc
import sys

# The default of 5 ms lets one thread hold up the other for as long; below 0.1 ms switching itself costs.
SWITCH_INTERVAL_S = 0.0002
_LOADING = (50_000, 20, 100)
_before: list[tuple[int, int, int]] = []


def share() -> None:
    """Lets the event loop have its turns while the script computes."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)


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
