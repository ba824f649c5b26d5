"""A plan's numbers against each other, and claims against a series."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.selfcheck import CLASH, IDLE, Finding, Known, check_targets
from denggao.diagnosis.series import FAILS, HOLDS, OPEN, OTHER_SENSE, Claim, check_claim
from denggao.diagnosis.series_file import read_series
from denggao.facts.errors import UserError
from denggao.rules.nodes import Target
from tests.strategies import examples


def target(
    name: str, value: int | None, year: int | str | None, unit: str = "家", **more: object
) -> Target:
    sort = "流量" if str(year).startswith("每") else "存量"
    id_ = f"T-{name}-{value}-{year}-{more.get('place')}"
    return Target(id_, name, "", 0, "≥", value, value, unit, year, **{"sort": sort, **more})  # type: ignore[arg-type]


#: The targets of a district's plan for 2024–2027, as its text has them.
PLAN = [
    target("新认定高新技术企业数", 35, "每年", "家/年"),
    target("新认定省级科技创新型企业数", 50, "每年", "家/年"),
    target("入库科技型中小企业数", 300, "每年", "家/年"),
    target("高新技术企业数", 255, 2027),
    target("省级科技创新型企业数", 319, 2027),
    target("科技型中小企业数", 432, 2027),
    target("科技型中小企业年递增数", 60, "每年", "家/年"),
    target("省级科技创新型企业年递增数", 50, "每年", "家/年"),
]


def kinds(found: list[Finding], kind: str) -> list[Finding]:
    return [f for f in found if f.kind == kind]


def test_implied_bases() -> None:
    found = check_targets(PLAN, 2024)
    assert [f.figures["base"] for f in kinds(found, "implied_base")] == [115, 119, 192]
    assert {f.figures["base_year"] for f in kinds(found, "implied_base")} == {2023}


def test_stock_against_flow_and_what_binds_nobody() -> None:
    found = check_targets(PLAN, 2024)
    (clash,) = [f for f in found if f.level == CLASH]
    assert (clash.figures["first_year"], clash.figures["yearly"]) == (252, 300)
    (idle,) = [f for f in found if f.level == IDLE]
    assert (idle.figures["least"], idle.figures["target"]) == (480, 432)


def test_a_sound_plan_has_no_findings_of_its_own() -> None:
    found = check_targets(PLAN[3:5], 2024)
    assert found == []


def test_a_reported_base_that_does_not_reach() -> None:
    known = [Known("高新技术企业", None, 2023, Fraction(100))]
    (found,) = kinds(check_targets([PLAN[0], PLAN[3]], 2024, known), "stock_flow")
    assert (found.figures["reached"], found.figures["needed"]) == (240, Fraction(155, 4))


@given(st.integers(0, 500), st.integers(1, 100), st.integers(1, 8))
@examples(60)
def test_the_implied_base_with_the_flow_is_the_stock(base: int, step: int, years: int) -> None:
    last = 2024 + years - 1
    plan = [
        target("高新技术企业数", base + years * step, last),
        target("高新技术企业年净增数", step, "每年", "家/年"),
    ]
    (found,) = kinds(check_targets(plan, 2024), "implied_base")
    assert found.figures["base"] == base


@given(st.lists(st.integers(0, 100), min_size=2, max_size=5), st.integers(-20, 20))
@examples(60)
def test_parts_against_the_whole(parts: list[int], more: int) -> None:
    whole = max(sum(parts) + more, 0)
    plan = [target("甲数", whole, 2027, place="某市")]
    plan += [target("甲数", p, 2027, place=f"某市{i}区") for i, p in enumerate(parts)]
    found = kinds(check_targets(plan, None), "parts")
    levels = [f.level for f in found]
    assert levels == ([CLASH] if sum(parts) < whole else [IDLE] if sum(parts) > whole else [])


def test_unknown_parts_are_not_zero() -> None:
    plan = [
        target("甲数", 20, 2027),
        target("甲数", 5, 2027, place="东"),
        target("甲数", None, 2027, place="西"),
    ]
    (found,) = kinds(check_targets(plan, None), "parts")
    assert found.level not in (CLASH, IDLE)
    assert "未定 1 项" in found.text


def test_other_faults_are_named() -> None:
    plan = [
        target("甲企业数", 10, 2025), target("甲企业数", 8, 2027), target("甲企业数", 9, 2027),
        target("规模以上甲企业数", 12, 2025), target("民营占比", 130, 2027, "%", sort="比率"),
    ]  # fmt: skip
    found = {f.kind for f in check_targets(plan, 2024) if f.level == CLASH}
    assert found == {"twice", "falling", "subset", "over_100"}


# --------------------------------------------------------------------------- claims

SERIES = {2008: Fraction(87), 2015: Fraction(157), 2016: Fraction(228), 2021: Fraction(681)}


def claim(what: str, value: int, op: str, first: int | None, last: int | None) -> Claim:
    return Claim(what, Fraction(value), op, first, last, "这句话")


def test_two_doublings_that_are_not() -> None:
    found = check_claim(claim("doublings", 2, "=", 2016, 2021), SERIES)
    assert (found.verdict, found.needed) == (FAILS, 912)
    assert "2.99" in found.text
    assert 2015 in found.bases
    assert check_claim(claim("doublings", 2, "=", 2015, 2021), SERIES).verdict == HOLDS


def test_gross_is_not_net() -> None:
    found = check_claim(claim("gross", 100, ">", 2016, 2021), SERIES)
    assert (found.verdict, found.real) == (OTHER_SENSE, Fraction(453, 5))
    assert check_claim(claim("net", 10, "≈", 2008, 2015), SERIES).verdict == HOLDS
    assert check_claim(claim("net", 100, ">", 2016, 2021), SERIES).verdict == FAILS


@pytest.mark.parametrize(("first", "last"), [(None, None), (2016, 2019), (2021, 2016)])
def test_what_cannot_be_checked_is_open(first: int | None, last: int | None) -> None:
    assert check_claim(claim("rate", 10, "=", first, last), SERIES).verdict == OPEN


@given(st.integers(1, 5000), st.integers(1, 9), st.integers(0, 400))
@examples(80)
def test_a_rate_rounded_from_the_series_holds(start: int, years: int, percent: int) -> None:
    end = Fraction(start) * (1 + Fraction(percent, 1000)) ** years
    series = {2010: Fraction(start), 2010 + years: end}
    said = Claim("yearly_rate", Fraction(percent, 10), "=", 2010, 2010 + years, "")
    assert check_claim(said, series).verdict == HOLDS
    wrong = Claim("yearly_rate", Fraction(percent, 10) + 5, "=", 2010, 2010 + years, "")
    assert check_claim(wrong, series).verdict == FAILS


def test_a_series_file(tmp_path: Path) -> None:
    path = tmp_path / "历年.csv"
    path.write_text(
        "年份,指标,数\n2016年,高新技术企业,228\n2021,高新技术企业数,681\n", encoding="gb18030"
    )
    assert read_series(path) == {"高新技术企业": {2016: 228, 2021: 681}}


@pytest.mark.parametrize(
    "text",
    [
        "年份,数\n16,228\n",
        "年份,数\n2016,多\n",
        "年份,数\n2016,1\n2016,2\n",
        "甲,乙\n1,2\n",
        "年份,数\n",
    ],
)
def test_series_files_that_say_nothing_sure(tmp_path: Path, text: str) -> None:
    path = tmp_path / "历年.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"第 \d 行|没有一行"):
        read_series(path)
