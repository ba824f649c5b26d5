"""What a head means: fact, year, unit; and what is left alone."""

from __future__ import annotations

import pytest

from denggao.facts.catalogue import catalogue
from denggao.facts.heads import Meaning, normal, understand

YEAR = 2026
WAN = 10_000


def fact(*path: str) -> tuple[str, int | None, int | None] | None:
    meaning = understand(path, YEAR)
    return None if meaning is None else (meaning.code, meaning.year, meaning.factor)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("2024年销售收入(万元)", ("sales", 2024, WAN)),
        ("销售收入-2024", ("sales", 2024, None)),
        ("销售收入2024", ("sales", 2024, None)),
        ("2024年度/销售收入", ("sales", 2024, None)),
        ("２０２４年营业收入（亿元）", ("sales", 2024, 10**8)),
        ("营业收入（2024年，万元）", ("sales", 2024, WAN)),
        ("FY2023 营收", ("sales", 2023, None)),
        ("上年度销售收入（万元）", ("sales", 2025, WAN)),
        ("前年研发费用", ("rd_expense", 2024, None)),
        ("近一年企业总收入（万元）", ("total_income", 2025, WAN)),
        ("2024年末净资产（元）", ("net_assets", 2024, 1)),
        ("2023年职工总数（人）", ("staff", 2023, 1)),
        ("24年研发费用(万元)", ("rd_expense", 2024, WAN)),
        ("研发费用（加计扣除口径）", ("rd_super", None, None)),
        ("前一年内重大安全质量事故或严重环境违法", ("major_incident", None, None)),
        ("县（区）", ("region", None, None)),
        ("企业名称（盖章）", ("name", None, None)),
        ("是否规上", ("above_scale", None, None)),
        ("sales@2023", ("sales", 2023, 1)),
        ("staff", ("staff", None, 1)),
        ("其中：境内研发费用", ("rd_domestic", None, None)),
    ],
)
def test_one_level(head: str, expected: tuple[str, int | None, int | None]) -> None:
    assert fact(head) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("销售收入（万元）", "2021年"), ("sales", 2021, WAN)),
        (("2021年", "销售收入（万元）"), ("sales", 2021, WAN)),
        (("2021年", "财务情况（万元）", "净资产"), ("net_assets", 2021, WAN)),
        (("销售收入", "2021", "万元"), ("sales", 2021, WAN)),
        (("知识产权", "Ⅰ类"), ("ip_class1", None, None)),
        (("基本情况", "成立日期"), ("established_on", None, None)),
    ],
)
def test_several_levels(path: tuple[str, ...], expected: tuple[str, int, int]) -> None:
    assert fact(*path) == expected
    assert fact("/".join(path)) == expected


@pytest.mark.parametrize(
    "path",
    [
        ("销售收入增长率",),
        ("近三年研发费用占比（%）",),
        ("研发费用占比（万元）",),
        ("近三年研发费用",),
        ("2023-2025年销售收入",),
        ("2024年1-9月营业收入",),
        ("2024年上半年营业收入",),
        ("2024年末从业人员",),  # the law wants the yearly average
        ("销售收入（预计）",),
        ("销售收入（人）",),
        ("2024年成立日期",),
        ("staff@20x4",),
        ("titles",),
        ("增长率", "销售收入"),
        ("2026年目标", "销售收入"),
        ("成果转化", "近三年项数"),
        ("",),
    ],
)
def test_left_unread(path: tuple[str, ...]) -> None:
    assert understand(path, YEAR) is None


def test_titles_and_years() -> None:
    assert understand(("高企证书", "编号"), YEAR) == Meaning("title", "number", kind="高新技术企业")
    assert understand(("发证日期",), YEAR) == Meaning("title", "issued_on")
    assert understand(("会计年度",), YEAR) == Meaning("year")


def test_every_name_and_alias_of_the_catalogue_is_a_head() -> None:
    for entry in catalogue().values():
        if entry.unit != "记录" and not (entry.of_event or entry.of_unit):
            for word in (entry.code, entry.name, *entry.aliases):
                meaning = understand((word,), YEAR)
                assert meaning is not None
                assert meaning.code == entry.code, word


def test_no_two_facts_share_a_head() -> None:
    owners: dict[str, str] = {}
    for entry in catalogue().values():
        for word in (entry.code, entry.name, *entry.aliases):
            assert owners.setdefault(normal(word), entry.code) == entry.code, word


@pytest.mark.parametrize(
    ("head", "code", "year"),
    [
        ("近三年财务情况（万元）/销售收入/2023", "sales", 2023),
        ("近三年财务情况（万元）/2023年/销售收入", "sales", 2023),
        ("近3年研发费用（万元）/2025年", "rd_expense", 2025),
        ("2023-2025年销售收入（万元）/2024年", "sales", 2024),
        ("上三年度销售收入（万元）/2024年", "sales", 2024),
    ],
)
def test_a_span_of_years_over_each_of_them(head: str, code: str, year: int) -> None:
    meaning = understand(tuple(head.split("/")), 2026)
    assert meaning is not None
    assert (meaning.code, meaning.year, meaning.factor) == (code, year, 10_000)


@pytest.mark.parametrize(
    "head",
    ["近三年研发费用", "2023-2025年销售收入", "近三年研发费用合计/2024年", "近三年/研发费用",
     "近三年年均研发费用/2025年", "2024年近三年研发费用"],
)  # fmt: skip
def test_a_span_of_years_alone_is_no_year(head: str) -> None:
    assert understand(tuple(head.split("/")), 2026) is None
