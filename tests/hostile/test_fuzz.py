"""Any text at all: every function that looks into a cell, a head or a file answers, or refuses
with words; nothing else ever comes out of it."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts import cells, words
from denggao.facts.catalogue import catalogue
from denggao.facts.cells import BadCell
from denggao.facts.checking import check_file
from denggao.facts.converters import converter
from denggao.facts.heads import understand
from denggao.facts.identity import code_fault, normal_code, normal_name
from denggao.facts.interval import Interval
from denggao.facts.privacy import is_personal_head, masked
from denggao.facts.regions import region_of
from tests.hostile.cells import CASES
from tests.hostile.making import code, csv_text, good
from tests.strategies import examples

AS_OF = dt.date(2026, 6, 30)
CHINESE = re.compile("[\u4e00-\u9fff]")
#: Pieces that the readers look for, thrown together, beside any characters at all.
_PIECES = """
0 1 9 12345 . , ， 。 - － ( ) （ ） % ‰ 万 亿 元 万元 约 余 至 ~ e E + = @ ' / 年 月 日
上年 近三年 人 企业名称
2024 2019-05 1900 20190506 43466 无 — * ** 待 # #DIV/0! inf nan １ ٣ Ⅳ ½ 🚀 销售收入 （万元）
91620102 有限公司 城关区
"""
PIECES = st.sampled_from([*_PIECES.split(), *"\u200b\u202e\x00\ud800\n\t "])
TEXT = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map("".join))
CELL = st.one_of(TEXT, st.floats(), st.booleans(), st.integers(), st.dates(), st.datetimes())
NUMERIC = [fact for fact in catalogue().values() if fact.numeric]
OTHERS = [fact for fact in catalogue().values() if not fact.numeric and fact.unit != "记录"]


def answered(parse: Callable[[], Any]) -> Any:
    """Its result, or ``None`` where it refused in Chinese."""
    try:
        return parse()
    except BadCell as bad:
        finding = bad.finding
    assert CHINESE.search(finding.expected + finding.advice)
    return None


@examples(400, nightly=20_000)
@given(cell=CELL, fact=st.sampled_from(NUMERIC), factor=st.sampled_from([1, 1000, 10**4, 10**8]))
def test_amounts(cell: object, fact: Any, factor: int) -> None:
    number = answered(lambda: cells.number(cell, fact, factor))
    value = number.value if number else None
    assert value is None or type(value) in (int, Interval)
    if isinstance(value, int):  # within its domain, or not taken at all
        assert fact.lo is None or value >= fact.lo * fact.scale
        assert abs(value) < 10**15 * fact.scale


@examples(300, nightly=10_000)
@given(cell=CELL, old=st.booleans())
def test_dates(cell: object, old: bool) -> None:
    day = answered(lambda: cells.date(cell, old))
    assert day is None or type(day) is dt.date


@examples(300, nightly=10_000)
@given(cell=CELL, fact=st.sampled_from(OTHERS))
def test_words(cell: object, fact: Any) -> None:
    found = answered(lambda: words.company_name(cell))
    assert found is None or not isinstance(cell, str) or words.name_fault(found) is None
    column = converter(fact, 1)([cell], lambda *_: None, lambda _: None)
    assert len(column) == 1


@examples(300, nightly=10_000)
@given(text=TEXT)
def test_codes_names_heads_and_addresses(text: str) -> None:
    fault = code_fault(normal_code(text))
    assert fault is None or CHINESE.search(fault)
    normal_name(text)
    is_personal_head(text)
    meaning = understand((text,), 2026)
    assert meaning is None or meaning.role in ("fact", "year", "title", "nothing")
    assert CHINESE.search(region_of(text, within="620000").why)


DIGITS = st.text("0123456789", min_size=16, max_size=22)


@examples(300, nightly=10_000)
@given(number=st.one_of(DIGITS, st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)), around=TEXT)
def test_masks_leave_no_eight_digits(number: str, around: str) -> None:
    """T14 of every phone, identity card and account; a credit code is none of them."""
    for text in (number, f"电话:{number}", f"{number}（备用）"):
        if len(number) != 18:
            assert re.search("[0-9]{8}", masked(text)) is None, text
    masked(around)


def test_masks_know_people_from_firms() -> None:
    assert masked("620102199001011234") == "620*************34"
    assert masked("身份证62010219900101123X。") == "身份证620*************3X。"
    assert masked("139-9311-2345") == "139********45"
    assert masked("+86 13993112345").endswith("45")
    assert masked("6222 0212 3456 7890 123") == "622******************23"
    for number in range(200):
        assert masked(code(number)) == code(number)
    assert masked("2024年销售收入3000.50万元") == "2024年销售收入3000.50万元"
    for amount in ("14400000000 元", "1440000万元共13800000000.5元", "13800000000~不限 元"):
        assert masked(amount) == amount
    assert masked("13993112345，元月") == "139******45，元月"


LINES = st.lists(st.lists(TEXT, max_size=8).map(",".join), max_size=8).map("\n".join)
BYTES = st.one_of(
    st.binary(max_size=400),
    LINES.map(lambda text: text.encode("utf-8", "surrogatepass")),
    LINES.map(lambda text: (csv_text(good()) + text).encode("utf-8", "replace")),
    LINES.map(lambda text: (csv_text(good()) + text).encode("gb18030", "replace")),
    LINES.map(lambda text: (csv_text(good()) + text).encode("utf-16", "replace")),
)


@examples(200, nightly=10_000)
@given(data=BYTES)
def test_any_bytes_as_csv(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "台账.csv"
        path.write_bytes(data)
        with check_file(path, as_of=AS_OF) as checked:
            entries = [*checked.file_errors, *checked.errors, *checked.warnings]
            assert all(CHINESE.search(entry.message) for entry in entries)
            assert len(list(checked.rows())) == checked.valid_rows
            assert checked.file_errors or checked.valid_rows + checked.error_rows


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    case = next(case for case in CASES if case.name == "personal columns")
    return case.build(tmp_path_factory.mktemp("book") / "a.xlsx").read_bytes()


@examples(150, nightly=10_000)
@given(changes=st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), max_size=6),
       cut=st.integers(0, 2**20))  # fmt: skip
def test_any_damage_to_a_workbook(book: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(book)
    for place, byte in changes:
        data[place % len(data)] = byte
    if cut % 3 == 0:
        del data[cut % len(data) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "台账.xlsx"
        path.write_bytes(bytes(data))
        with check_file(path, as_of=AS_OF) as checked:
            assert checked.file_errors or checked.valid_rows + checked.error_rows >= 3
