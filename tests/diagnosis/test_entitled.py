"""What a firm's certificates say of what happened to it."""

from __future__ import annotations

from datetime import date

import pytest

from denggao.diagnosis.payout.entitled import Happened, happened
from denggao.facts.titles import Title

KIND = "高新技术企业"


def paper(year: int, event: str = "") -> Title:
    return Title(KIND, None, date(year, 6, 28), date(year + 3, 6, 27), event=event)


@pytest.mark.parametrize(
    ("event", "kind", "sure"),
    [
        ("首次", "首次认定", True),
        ("重新", "重新认定", True),
        ("首次认定", "首次认定", True),
        ("", "首次认定", False),
        ("认定", "首次认定", False),  # may be either
        ("更名", "首次认定", False),
        ("迁入", "首次认定", False),
    ],
)
def test_a_single_certificate_is_what_it_says_of_itself(event: str, kind: str, sure: bool) -> None:
    assert list(happened([paper(2021, event)])) == [Happened(kind, KIND, date(2021, 6, 28), sure)]


def test_the_later_one_follows_from_the_earlier() -> None:
    found = list(happened([paper(2024), paper(2021, "首次")]))
    assert [(one.kind, one.day.year, one.sure) for one in found] == [
        ("首次认定", 2021, True), ("重新认定", 2024, True),
    ]  # fmt: skip
    assert [one.kind for one in happened([paper(2021, "重新"), paper(2024)])] == ["重新认定"] * 2
