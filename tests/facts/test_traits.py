"""One name, two firms: rows without a code whose district or founding day differ wait for a
person."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest

from denggao.demo.names import credit_code
from denggao.facts.checking import check_file
from denggao.facts.matching import candidates, parties
from denggao.facts.traits import Traits
from tests.facts.test_ledger import Rows, csv_of, kinds, read

A, B = credit_code(1), credit_code(2)
NAME = "兰州金城软件科技有限公司"
HEADS = ["企业名称", "信用代码", "所在区县", "成立日期", "2025年职工总数"]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (("城关区", ""), ("七里河区", ""), True),
        (("城关区", ""), ("兰州市城关区", ""), False),
        (("620102", ""), ("城关", ""), False),
        (("620102", ""), ("七里河区", ""), True),
        (("兰州市", ""), ("城关区", ""), False),
        (("高新区", ""), ("城关区", ""), False),
        (("甲区", ""), ("乙区", ""), True),
        (("", ""), ("城关区", ""), False),
        (("/", ""), ("城关区", ""), False),
        (("", dt.date(2015, 3, 2)), ("", "2015.3.2"), False),
        (("", dt.date(2015, 3, 2)), ("", "2016-03-02"), True),
        (("", "不详"), ("", "2016-03-02"), False),
        (("城关区", "2015-03-02"), ("城关区", "2015-03-03"), True),
    ],
)
def test_what_differs(
    one: tuple[object, object], other: tuple[object, object], differ: bool
) -> None:
    a, b = Traits(*one), Traits(*other)
    assert a.differs(b) is b.differs(a) is differ


def test_a_firm_may_move_from_one_year_to_the_next() -> None:
    assert not Traits("城关区", "", 2024).differs(Traits("七里河区", "", 2025))
    assert Traits("城关区", "", 2024).differs(Traits("七里河区", "", 2024))
    assert Traits("", "2015-01-01", 2024).differs(Traits("", "2016-01-01", 2025))


@pytest.mark.parametrize("code", ["", A])
@pytest.mark.parametrize("which", [2, 3])
@pytest.mark.parametrize("swapped", [False, True])
def test_they_stay_apart_and_a_person_sees_both(
    tmp_path: Path, code: str, which: int, swapped: bool
) -> None:
    first = [NAME, code, "城关区", "2015-03-02", 5]
    second = [NAME, "", "城关区", "2015-03-02", 6]
    second[which] = "七里河区" if which == 2 else "2018-01-01"
    rows: Rows = [HEADS, *([second, first] if swapped else [first, second])]
    path = csv_of(tmp_path / "a.csv", rows)
    ledger = read(path)
    assert sorted(ledger.columns["staff@2025"]) == [50_000, 60_000]
    assert kinds(ledger) == ["ambiguous_name"]
    found = candidates(parties(ledger))
    assert [(c.kind, c.first, c.second) for c in found] == [("same_name", 0, 1)]
    assert ("所在区县不同" if which == 2 else "成立日期不同") in found[0].why
    with check_file(path, as_of=dt.date(2026, 6, 30)) as checked:
        assert checked.error_rows == 2


def test_the_same_said_twice_is_one_firm(tmp_path: Path) -> None:
    rows: Rows = [
        HEADS,
        [NAME, A, "城关区", "2015-03-02", 5],
        [NAME, "", "兰州市城关区", "2015.3.2", 5],
        [NAME, "", "", "", 5],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.identity == [A]
    assert kinds(ledger) == ["duplicate", "duplicate"]


def test_two_codes_decide_whatever_else_is_said(tmp_path: Path) -> None:
    rows: Rows = [HEADS, [NAME, A, "城关区", "", 5], [NAME, A, "七里河区", "", 5]]
    assert len(read(csv_of(tmp_path / "a.csv", rows))) == 1


def test_a_third_row_goes_where_it_agrees(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [NAME, "", "城关区", "", 5], [NAME, "", "七里河区", "", 6], [NAME, "", "七里河区", "", 6]
    ]  # fmt: skip
    for order in itertools.permutations(rows):
        ledger = read(csv_of(tmp_path / "a.csv", [HEADS, *order]))
        assert sorted(ledger.columns["staff@2025"]) == [50_000, 60_000]
    nothing = [NAME, "", "", "", 7]
    ledger = read(csv_of(tmp_path / "a.csv", [HEADS, *rows, nothing]))
    assert sorted(ledger.columns["staff@2025"]) == [50_000, 60_000, 70_000]


def test_a_code_that_comes_later_takes_no_other_firm(tmp_path: Path) -> None:
    rows: Rows = [HEADS, [NAME, "", "城关区", "", 5], [NAME, B, "七里河区", "", 6],
                  [NAME, B, "七里河区", "", 6]]  # fmt: skip
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.identity == [NAME, B]
    assert ledger.columns["staff@2025"] == [50_000, 60_000]
