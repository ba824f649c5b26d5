"""One cell → one value: what is read, what is missing, what is refused and never a number."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts import cells
from denggao.facts.catalogue import catalogue
from denggao.facts.cells import BadCell
from denggao.facts.converters import converter
from denggao.facts.interval import Interval

FACTS = catalogue()
WAN = 10_000


def steps(text: object, code: str = "sales", factor: int = 1) -> object:
    return cells.number(text, FACTS[code], factor).value


def kind(text: object, code: str = "sales", factor: int = 1) -> str:
    with pytest.raises(BadCell) as bad:
        cells.number(text, FACTS[code], factor)
    return bad.value.finding.kind


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("1234.50", "1234.5"),
        (" 1,234,567.89 ", "1234567.89"),
        ("1，234．5", "1234.5"),
        ("２００", "200"),
        ("857。63", "857.63"),
        ("2.5亿", "250000000"),
        ("2.5 亿元", "250000000"),
        ("320万元", "3200000"),
        ("￥320.00", "320"),
        ("'320", "320"),
        ("007", "7"),
        (320.1, "320.1"),
        (0.1 + 0.2, "0.3"),
        (12, "12"),
    ],
)
def test_numbers_are_read_exactly(text: object, yuan: str) -> None:
    assert steps(text) == Fraction(yuan) * 100


def test_the_head_s_unit_holds_unless_the_cell_names_its_own() -> None:
    assert steps("320", factor=WAN) == 3_200_000_00
    assert steps(320.0, factor=WAN) == 3_200_000_00
    assert steps("320万元", factor=WAN) == 3_200_000_00
    assert steps("320元", factor=WAN) == 320_00


@pytest.mark.parametrize("text", ["(1,234.00)", "（1,234.00）", "-1234", "−1,234", "－1234.0"])
def test_negatives(text: str) -> None:
    assert steps(text, "profit") == -1234_00


MISSING = ["", " ", "—", "——", "-", "/", "／", "无数据", "N/A", "\u200b"]


@pytest.mark.parametrize("text", MISSING)
def test_missing(text: str) -> None:
    assert steps(text, "staff") is None


@pytest.mark.parametrize(
    ("text", "lo", "hi"),
    [
        ("570余", 570, None),
        ("约570余人", 570, None),
        ("570多人", 570, None),
        ("570人以上", 570, None),
        ("不少于570", 570, None),
        ("不足570", 0, 570),
        ("500~600人", 500, 600),
        ("500至600", 500, 600),
    ],
)
def test_bounds(text: str, lo: int, hi: int | None) -> None:
    people = 10_000
    expected = Interval(lo * people, None if hi is None else hi * people)
    assert steps(text, "staff") == expected


def test_a_range_shares_the_unit_behind_it() -> None:
    assert steps("2~3亿") == Interval(2 * 10**10, 3 * 10**10)
    assert steps("3-5", "org_system") == Interval(30_000, 50_000)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("约570", "staff", "approximate"),
        ("无", "staff", "ambiguous_none"),
        ("待核", "staff", "pending"),
        ("12%", "sales", "percent"),
        ("1.2E+07", "sales", "scientific"),
        ("1*3", "sales", "masked"),
        *((text, "staff", "masked_whole") for text in ("***", "*", "＊＊", "*家", "**人", "某*")),
        ("1,5", "sales", "not_a_number"),
        ("1 2", "sales", "not_a_number"),
        ("12\n34", "sales", "not_a_number"),
        ("1亿5", "sales", "not_a_number"),
        ("120万美元", "sales", "not_a_number"),
        ("15人", "sales", "not_a_number"),
        ("10²", "sales", "not_a_number"),
        ("①", "sales", "not_a_number"),
        ("٣", "sales", "not_a_number"),
        ("三百", "sales", "not_a_number"),
        ("-5~10", "profit", "not_a_number"),
        ("-500余", "profit", "not_a_number"),
        ("9" * 400, "sales", "not_a_number"),
        (True, "sales", "not_a_number"),
        (dt.date(2020, 5, 6), "sales", "not_a_number"),
        (float("nan"), "sales", "not_finite"),
        ("#DIV/0!", "sales", "error_value"),
        ("####", "sales", "error_value"),
        ("=A1*2", "sales", "formula_without_value"),
        ("3\ufffd", "sales", "damaged_text"),
        ("-5", "sales", "out_of_domain"),
        ("(5)", "sales", "out_of_domain"),
        ("0.001", "sales", "out_of_domain"),
        ("9", "ip_core_support", "out_of_domain"),
        (1e15, "sales", "out_of_domain"),
        (2.5, "ip_class1", "out_of_domain"),
    ],
)
def test_refused(text: object, code: str, expected: str) -> None:
    assert kind(text, code) == expected


def test_head_counts_of_twelfths_are_rounded_and_say_so() -> None:
    number = cells.number("26.333333", FACTS["staff"], 1)
    assert number == (263_333, True)
    assert cells.number(26.5, FACTS["staff"], 1) == (265_000, False)


# --- properties ----------------------------------------------------------------------------

FEN = st.integers(0, 10**15 - 1)


def written(fen: int) -> list[str]:
    """One amount in the spellings of ledgers."""
    yuan, rest = divmod(fen, 100)
    plain = f"{yuan}.{rest:02d}"
    wide = plain.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    wan = Fraction(fen, 100 * WAN)
    return [
        plain,
        f" {yuan:,}.{rest:02d} ",
        wide,
        f"¥{plain}元",
        f"{wan.numerator * (10**6 // wan.denominator) / 10**6:.6f}万元"
        if fen < 10**12
        else f"{plain}元",
    ]


@given(FEN)
def test_every_spelling_gives_the_same_exact_number(fen: int) -> None:
    assert {steps(text) for text in written(fen)} == {fen}


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from([1, 1000, WAN, 10**8]))
def test_the_fast_path_equals_the_definition(mantissa: int, factor: int) -> None:
    fact = FACTS["profit"]
    convert = converter(fact, factor)
    for exponent in range(9):
        cell = float(Fraction(mantissa, 10**exponent))
        for raw in (cell, f"{cell:.6f}"):
            refused: list[tuple[object, ...]] = []
            fast = convert([raw], partial(_note, refused), lambda position: None)
            assert (fast, refused) == _by_definition(raw, factor)


def _note(refused: list[tuple[object, ...]], *found: object) -> None:
    refused.append(found)


def _by_definition(raw: object, factor: int) -> tuple[list[object], list[tuple[object, ...]]]:
    try:
        return [cells.number(raw, FACTS["profit"], factor).value], []
    except BadCell as bad:
        return [None], [(0, raw, bad.finding)]


LETTERS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
    lambda text: re.search(r"[A-Za-z]", text) is not None
)


@given(LETTERS, st.sampled_from(["sales", "staff", "ip_class1", "org_system"]))
def test_no_text_with_a_letter_becomes_a_number(text: str, code: str) -> None:
    try:
        value = steps(text, code)
    except BadCell:
        return
    assert value is None or re.search("RMB", text)


@given(st.text(max_size=12), st.sampled_from(["established_on", "resident", "field_code", "name"]))
def test_any_text_gives_a_value_or_a_named_problem(text: str, code: str) -> None:
    found: list[object] = []
    values = converter(FACTS[code], 1)([text], lambda *p: found.append(p), lambda position: None)
    assert len(values) == 1
    assert not found or values == [None]


# --- dates, yes/no, codes ------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "2019-05-06",
        "2019/5/6",
        "2019.5.6",
        "2019年5月6日",
        "２０１９年５月６日",
        "20190506",
        20190506.0,
        43591.0,
        "43591",
        "2019-05-06 00:00:00",
        dt.date(2019, 5, 6),
        dt.datetime(2019, 5, 6, 8, 30, tzinfo=dt.UTC),
    ],
)
def test_dates(cell: object) -> None:
    assert cells.date(cell) == dt.date(2019, 5, 6)


def test_day_numbers_of_the_1904_system() -> None:
    assert cells.date(42129.0, date1904=True) == dt.date(2019, 5, 6)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2019年5月", "incomplete_date"),
        ("2019.5", "incomplete_date"),
        ("2019", "incomplete_date"),
        ("2019-13-01", "not_a_date"),
        ("19-5-6", "not_a_date"),
        ("12345678", "not_a_date"),
        (dt.date(1905, 7, 11), "incomplete_date"),  # 2019 in a cell with a date's format
        (dt.datetime(1905, 7, 11, 12), "incomplete_date"),  # noqa: DTZ001 (2019.5 there)
        (20195.0, "incomplete_date"),
        ("20195", "incomplete_date"),
        (3.5, "not_a_date"),
        (True, "not_a_date"),
        ("待核", "pending"),
        ("#REF!", "error_value"),
    ],
)
def test_bad_dates(cell: object, expected: str) -> None:
    with pytest.raises(BadCell) as bad:
        cells.date(cell)
    assert bad.value.finding.kind == expected


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)))
def test_dates_come_back_from_every_spelling(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    y, m, d = day.year, day.month, day.day
    if serial // 10 in range(1949, 2101) and serial % 10:
        serial -= serial % 10  # 20195 may be a month
        day = dt.date(1899, 12, 30) + dt.timedelta(serial)
        y, m, d = day.year, day.month, day.day
    for cell in (
        day.isoformat(),
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        float(serial),
    ):
        assert cells.date(cell) == day


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((cell, True) for cell in ("是", "有", "√", "Y", True, 1.0)),
        *((cell, False) for cell in ("否", "无", "×", "n", False, 0.0)),
        *((cell, None) for cell in ("—", "")),
    ],
)
def test_yes_no(cell: object, value: bool | None) -> None:
    assert cells.yes_no(cell, FACTS["standards_drafted"]) is value


def test_words_of_one_fact() -> None:
    assert cells.yes_no("查账征收", FACTS["taxed_on_accounts"]) is True
    assert cells.yes_no("核定", FACTS["taxed_on_accounts"]) is False
    with pytest.raises(BadCell):
        cells.yes_no("查账", FACTS["resident"])


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.1.10", "1.1.10"),
        ("物联网应用软件", "1.1.10"),
        ("1.1.10 物联网应用软件", "1.1.10"),
        ("电子信息/软件/物联网应用软件", "1.1.10"),
        ("", None),
    ],
)
def test_technical_fields(cell: object, code: str | None) -> None:
    assert cells.field_code(cell) == code


@pytest.mark.parametrize("cell", ["1.1", 1.1, "电子信息", "9.9.9", dt.date(2001, 1, 10)])
def test_a_field_must_be_of_the_lowest_level(cell: object) -> None:
    with pytest.raises(BadCell) as bad:
        cells.field_code(cell)
    assert bad.value.finding.kind == "not_a_field"


def test_a_field_code_and_its_words_must_agree() -> None:
    with pytest.raises(BadCell, match="not_a_field"):
        cells.field_code("1.1.1 物联网应用软件")


def test_text() -> None:
    assert cells.text(" 甲公司 ") == "甲公司"
    assert cells.text(620102.0) == "620102"
    with pytest.raises(BadCell):
        cells.text("***")
    with pytest.raises(BadCell):
        cells.text(916201000000001280.0)
