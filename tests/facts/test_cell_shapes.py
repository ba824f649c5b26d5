"""Amounts, dates, names and titles in the shapes that ledgers really have."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts import cells
from denggao.facts.catalogue import catalogue, is_technical_field, technical_fields
from denggao.facts.cells import BadCell
from denggao.facts.titles import Title, full_kind
from tests.facts.books import Rows, csv_of, kinds, only, read

FACTS = catalogue()
FIELDS = {code: name for code, name in technical_fields().items() if is_technical_field(code)}


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("1亿2000万", 120_000_000),
        ("2亿3000万元整", 230_000_000),
        ("1亿零5万元", 100_050_000),
        ("3万5000元", 35_000),
        ("320万元整", 3_200_000),
        ("１２元整", 12),
    ],
)
def test_amounts_in_two_multiples(text: str, yuan: int) -> None:
    """Whatever the unit of the head: the cell names its own."""
    assert cells.number(text, FACTS["sales"], 10_000).value == yuan * 100


@given(st.integers(1, 999_999), st.integers(1, 9999), st.integers(1, 9999))
def test_any_two_multiples_add_up(yi: int, wan: int, yuan: int) -> None:
    text = f"{yi}亿{wan}万{yuan}元"
    assert cells.number(text, FACTS["sales"], 1).value == (yi * 10**8 + wan * 10**4 + yuan) * 100


@pytest.mark.parametrize(
    "text", ["1亿5", "1万2亿", "1亿20000万", "亿", "1亿-2000万", "1亿2000万余"]
)
def test_odd_multiples_are_refused(text: str) -> None:
    with pytest.raises(BadCell):
        cells.number(text, FACTS["sales"], 1)


@pytest.mark.parametrize(
    "text",
    [
        "2019 05 06", "2019、5、6", "2019年5月6日 星期一", "2019年5月6日（周一）", "2019/5/6 0:00",
        "二〇一九年五月六日", "二○一九年五月六日", "2019年 5月 6 日", "2019-05-06T08:00:00",
        "2019年5月6号",
    ],
)  # fmt: skip
def test_more_dates(text: str) -> None:
    assert cells.date(text) == dt.date(2019, 5, 6)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)))
def test_dates_in_chinese_numerals(day: dt.date) -> None:
    digits = "〇一二三四五六七八九"

    def tens(number: int) -> str:
        ten, one = divmod(number, 10)
        return ("" if ten < 2 else digits[ten]) + "十" * (ten > 0) + (digits[one] if one else "")

    year = "".join(digits[int(mark)] for mark in str(day.year))
    assert cells.date(f"{year}年{tens(day.month)}月{tens(day.day)}日") == day


@pytest.mark.parametrize("code", sorted(FIELDS))
def test_every_field_by_code_title_and_path(code: str) -> None:
    """「科学分析仪器/检测仪器」 has a slash of its own."""
    title = FIELDS[code]
    upper = technical_fields()[code.split(".")[0]]
    for cell in (code, title, f"{code} {title}", f"{upper}/{title}", f"{upper} > {title}"):
        assert cells.field_code(cell) == code


def test_names_without_what_is_no_part_of_them(tmp_path: Path) -> None:
    names = ["甲 科技有 限公司", "（乙科技有限公司）", "丙科技有限公司*", " 丁（集团）有限公司 "]
    rows: Rows = [["企业名称", "2025年职工总数"], *([name, 1] for name in names)]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["name"] == [
        "甲科技有限公司",
        "乙科技有限公司",
        "丙科技有限公司",
        "丁（集团）有限公司",
    ]


def test_masked_phones_and_words_that_are_no_answer(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "2025年职工总数", "联系电话", "企业性质", "备注"],
        ["甲", 1, "139****1234", "待核", "无"],
        ["乙", 1, "0931-1234567", "无", "待核"],
        ["丙", 1, 13912345678, "民营", ""],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["phone"] == [None, "0931-1234567", "13912345678"]
    assert ledger.columns["ownership"] == [None, None, "民营"]
    assert kinds(ledger) == ["masked", "pending"]


def test_a_mask_is_no_value_and_is_named(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "2025年职工总数", "成立日期", "居民企业", "注册地址", "技术领域"],
        ["甲", "**人", "***", "*", "****", "**"],
        ["乙", 1, "—", "—", "—", "—"],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert [(p.kind, p.row, p.column) for p in ledger.problems] == [
        ("masked_whole", 2, letter) for letter in "BCDEF"
    ]
    assert all(problem.is_notice for problem in ledger.problems)
    columns = ("staff@2025", "established_on", "resident", "address", "field_code")
    assert [ledger.columns[key][0] for key in columns] == [None] * 5


# --- titles --------------------------------------------------------------------------------

HEAD: list[object] = ["企业名称", "资格类型", "证书编号", "发证日期", "有效期至"]


@pytest.mark.parametrize("none", ["", "无", "—", "/", "未认定"])
def test_ways_to_say_that_a_firm_holds_nothing(tmp_path: Path, none: str) -> None:
    ledger = read(csv_of(tmp_path / "a.csv", [HEAD, ["甲", none, none, "", none]]))
    assert ledger.columns["titles"] == [()]
    assert ledger.problems == []


@pytest.mark.parametrize("unclear", ["待核", "***"])
def test_no_answer_is_not_none(tmp_path: Path, unclear: str) -> None:
    ledger = read(
        csv_of(tmp_path / "a.csv", [HEAD, ["甲", unclear, "", "", ""], ["乙", "", *"///"]])
    )
    assert ledger.columns["titles"] == [None, ()]


def test_a_kind_that_is_nearly_known_is_named_and_left_open(tmp_path: Path) -> None:
    """As written, the firm would not hold 高新技术企业."""
    rows: Rows = [HEAD, ["甲", "高新技术企", "", "2024-10-28", "2027-10-27"]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["titles"] == [
        (Title("", None, dt.date(2024, 10, 28), dt.date(2027, 10, 27)),)
    ]
    assert "像“高新技术企业”" in only(ledger, "unknown_kind").advice


@pytest.mark.parametrize(
    "written",
    ["高新技术企业、科技型中小企业", "高企、科小", "高企/科小", "高企\n科小", "高企；科小"],
)
def test_several_kinds_in_one_cell_are_all_held(tmp_path: Path, written: str) -> None:
    ledger = read(csv_of(tmp_path / "a.csv", [HEAD, ["甲", written, "", "2024-10-28", ""]]))
    assert ledger.columns["titles"] == [(Title("高新技术企业"), Title("科技型中小企业"))]
    assert "一项资格写一行" in only(ledger, "titles_share_a_date").advice


@pytest.mark.parametrize("written", ["是", "有", "已认定", "高新", "高企、高新"])
def test_a_kind_that_says_too_little_is_open(tmp_path: Path, written: str) -> None:
    ledger = read(csv_of(tmp_path / "a.csv", [HEAD, ["甲", written, "", "", ""]]))
    assert ledger.columns["titles"] == [(Title(""),)]
    assert only(ledger, "unknown_kind").value == written


@pytest.mark.parametrize(("factor", "text"), [(10_000, "3千"), (10_000, "2~3百"), (1000, "5百余")])
def test_a_small_multiple_under_a_larger_unit_is_open(factor: int, text: str) -> None:
    with pytest.raises(BadCell) as bad:
        cells.number(text, FACTS["sales"], factor)
    assert bad.value.finding.kind == "ambiguous_unit"
    assert cells.number(f"{text}元", FACTS["sales"], factor).value is not None
    assert cells.number("3千", FACTS["sales"], 1).value == 300_000


def test_another_kind_stays_as_written(tmp_path: Path) -> None:
    rows: Rows = [HEAD, ["甲", "瞪羚", "", "2024-10-28", "2027-10-27"]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert [title.kind for title in ledger.columns["titles"][0]] == ["瞪羚"]
    assert ledger.problems == []


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("高新技术企业（重新认定）", "高新技术企业"),
        ("高新技术企业(首次认定)", "高新技术企业"),
        ("科技型中小企业（入库）", "科技型中小企业"),
        ("高新技术企业（申报中）", "高新技术企业（申报中）"),
    ],
)
def test_how_a_title_was_won_changes_nothing(written: str, kind: str) -> None:
    assert full_kind(written) == kind
