"""What a clerk reads in the window while the application starts: our line, and no English."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from denggao.web import server


class _Granian:
    """Takes what the server is told."""

    told: dict[str, Any]

    def __init__(self, *_: Any, **told: Any) -> None:
        _Granian.told = told

    def serve(self) -> None:
        """Nothing to listen for."""


@contextlib.contextmanager
def _no_worker() -> Iterator[None]:
    yield


def test_the_server_says_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("granian.Granian", _Granian)
    monkeypatch.setattr(server, "worker", _no_worker)
    monkeypatch.setattr(server, "_take_up_again", lambda: None)
    server.serve("127.0.0.1", 0)
    assert _Granian.told["websockets"] is False
    assert _Granian.told["log_level"].value == "warning"


def test_the_worker_is_heard_only_when_something_is_wrong() -> None:
    from django.conf import settings

    handler = settings.LOGGING["handlers"]["console"]
    assert getattr(logging, handler["level"]) == logging.WARNING
    assert settings.LOGGING["root"]["handlers"] == ["console"]
