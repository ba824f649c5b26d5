"""Codes that rules ask about by their beginning."""

from __future__ import annotations

import polars as pl
import pytest

from denggao.facts.codes import canonical, industry_names, is_prefix, section_of, within
from denggao.facts.interval import Truth
from denggao.rules.engines.columnar.codes import canonical as canonical_column

INDUSTRIES = {
    "C39": "C39",
    "c39": "C39",
    " C39 ": "C39",
    "3911": "C3911",
    "C3911 计算机整机制造": "C3911",
    "C 39": "C39",
    "I65-软件": "I65",
    "6510": "I6510",
    "C": "C",
    "制造业": "C",
    "软件和信息技术服务业": "I65",
    "房地产业": "K70",
    "教育": "P83",
    "D39": None,  # 39 is in section C
    "00": None,
    "5": None,
    "98": None,
    "C391112": None,
    "城关区": None,
    "": None,
    "-": None,
}
REGIONS = {"620102": "620102", "620100": "6201", "620000": "62", "62": None, "城关区": None}


@pytest.mark.parametrize(("text", "code"), INDUSTRIES.items())
def test_an_industry_in_any_writing(text: str, code: str | None) -> None:
    assert canonical("industry", text) == code


@pytest.mark.parametrize(("text", "code"), REGIONS.items())
def test_a_place(text: str, code: str | None) -> None:
    assert canonical("region", text) == code


@pytest.mark.parametrize(("fact", "texts"), [("industry", INDUSTRIES), ("region", REGIONS)])
def test_a_column_reads_the_same(fact: str, texts: dict[str, str | None]) -> None:
    frame = pl.DataFrame({fact: [*texts, None]}).select(canonical_column(pl.col(fact), fact))
    assert frame.to_series().to_list() == [*texts.values(), None]


def test_the_classification_is_whole() -> None:
    """GB/T 4754-2017: twenty sections, ninety-seven divisions, each in one section."""
    assert sorted(section_of()) == [f"{number:02d}" for number in range(1, 98)]
    assert "".join(dict.fromkeys(section_of()[key] for key in sorted(section_of()))) == (
        "ABCDEFGHIJKLMNOPQRST"
    )
    assert all(is_prefix("industry", code) for code in industry_names().values())


@pytest.mark.parametrize(
    ("text", "prefixes", "truth"),
    [
        ("C39", ("C",), True),
        ("C39", ("C16", "C39"), True),
        ("C39", ("C391",), None),
        ("C391", ("C39",), True),
        ("C", ("C39",), None),
        ("C", ("I65",), False),
        ("C39", ("I", "C16"), False),
        (None, ("C",), None),
        ("其他", ("C",), None),
    ],
)
def test_within(text: str | None, prefixes: tuple[str, ...], truth: Truth) -> None:
    assert within("industry", text, prefixes) is truth


@pytest.mark.parametrize("text", ["c39", "D39", "C3", "39", "C39111", "", "制造业"])
def test_no_prefix_of_an_industry(text: str) -> None:
    assert not is_prefix("industry", text)


@pytest.mark.parametrize(("text", "fits"), [("62", True), ("6201", True), ("620", False)])
def test_prefix_of_a_place(text: str, fits: bool) -> None:
    assert is_prefix("region", text) is fits
