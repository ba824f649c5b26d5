"""A long call in a thread of its own, while its progress is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

_SECONDS = 0.3


def watched(call: Callable[[], None], tell: Callable[[], None], stop: Callable[[], None]) -> None:
    """Run ``call``; meanwhile ``tell`` now and then; ``stop`` it when the user interrupts."""
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
            stop()
            raise
