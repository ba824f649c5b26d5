"""A long call in a thread of its own, while its progress is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as NotYet

_SECONDS = 0.3


def watched(call: Callable[[], None], tell: Callable[[], None], stop: Callable[[], None]) -> None:
    """Run ``call``; meanwhile ``tell`` now and then; when the user interrupts ``stop``
    it, until it has stopped: what has not begun yet would not hear it."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call)
        try:
            while True:
                try:
                    return running.result(timeout=_SECONDS)
                except NotYet:
                    if running.done():
                        raise
                    tell()
        except KeyboardInterrupt:
            while not running.done():
                stop()
                wait([running], timeout=_SECONDS)
            raise
