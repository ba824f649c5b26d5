"""Keys that forms carry: what none can be is none, and no error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from denggao.web.accounts.models import User
from denggao.web.kit.numbers import key_of

STRANGE = ("9" * 16, "9" * 5000, "²", "٣", "-1", "1.0", "")


@pytest.mark.parametrize("text", STRANGE)
def test_what_is_no_key_is_none(text: str) -> None:
    assert key_of(text) == 0


def test_a_key_is_read() -> None:
    assert key_of("42") == 42


@pytest.mark.parametrize("text", STRANGE)
def test_a_form_with_such_a_key_breaks_nothing(
    text: str, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    told = {"year": "2025", "day": "2026-05-20", "firm": text}
    answer = sign_in(clerk).post(reverse("casework:title-report-filed"), told)
    assert answer.status_code == 302
