"""Holding a title on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from denggao.facts.titles import Title, full_kind, held

HNTE = "高新技术企业"
FROM, TO = dt.date(2022, 10, 18), dt.date(2025, 10, 17)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("on", "expected"), [(FROM - DAY, False), (FROM, True), (TO, True), (TO + DAY, False)]
)
def test_both_ends_count(on: dt.date, expected: bool) -> None:
    assert held([Title(HNTE, None, FROM, TO)], HNTE, on) is expected


def test_no_list_is_unknown_and_an_empty_one_is_no() -> None:
    assert held(None, HNTE, FROM) is None
    assert held((), HNTE, FROM) is False
    assert held([Title("科技型中小企业", None, FROM, TO)], HNTE, FROM) is False


def test_a_missing_date_decides_only_where_it_cannot_matter() -> None:
    assert held([Title(HNTE, None, FROM, None)], HNTE, TO) is None
    assert held([Title(HNTE, None, FROM, None)], HNTE, FROM - DAY) is False
    assert held([Title(HNTE, None, None, TO)], HNTE, TO + DAY) is False
    assert held([Title("", None, FROM, TO)], HNTE, FROM) is None


def test_cancelled() -> None:
    title = Title(HNTE, None, FROM, TO, cancelled_on=dt.date(2024, 1, 1))
    assert held([title], HNTE, dt.date(2023, 12, 31)) is True
    assert held([title], HNTE, dt.date(2024, 1, 1)) is False


def test_kinds_in_full() -> None:
    assert full_kind("高企证书") == HNTE
    assert full_kind("瞪羚企业") == "瞪羚企业"
