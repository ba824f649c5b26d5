"""Rows of many files brought to firms: exact matches join, whatever the order; doubts wait."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.demo.names import credit_code
from denggao.facts.decisions import DIFFERENT, SAME, Decision, Who
from denggao.facts.errors import UserError
from denggao.facts.firms import Firms
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.facts.matching import candidates, parties
from tests.facts.test_ledger import Rows, csv_of, kinds, only, read
from tests.strategies import examples

A, B, C = (credit_code(serial) for serial in (1, 2, 3))
STAFF, TECH = "2025年职工总数", "2025年科技人员数"
AS_OF = dt.date(2026, 6, 30)


def test_a_code_with_two_names_waits_for_a_person(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", STAFF],
        ["兰州金城软件科技有限公司", A, 1],
        ["兰州陇原建筑有限公司", A, 2],
        ["", A, 3],
        ["兰州金城软件科枝有限公司", A, 1],
        ["兰州陇原建筑有限公司", "", 2],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.columns["staff@2025"] == [10_000, 20_000, 30_000]
    assert ledger.identity == [A, "兰州陇原建筑有限公司", f"{A}（没有名称）"]
    assert kinds(ledger) == ["ambiguous_code", "duplicate", "duplicate", "fact_twice", "two_names"]
    assert only(ledger, "two_names").row == 3
    found = [(c.kind, c.first, c.second) for c in candidates(parties(ledger))]
    assert found == [("same_code", 0, 1), ("same_code", 0, 2)]


def test_a_code_with_many_names_is_not_compared_all_with_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []
    monkeypatch.setattr("denggao.facts.names.same_name", lambda a, b: compared.append((a, b)))
    firms = Firms()
    names = [f"{chr(0x4E00 + number)}公司" for number in range(300)]
    found = [firms.find(A, name, name)[0] for name in names]
    assert len(set(found)) == len(names)
    assert len(compared) <= 21 * len(names)
    assert [firms.find(A, name, name)[0] for name in names] == found


def test_another_name_in_another_year_is_the_same_firm(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "年度", "职工总数"],
        ["兰州金城软件科技有限公司", A, 2024, 1],
        ["甘肃云启数据有限公司", A, 2025, 2],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert ledger.identity == [A]
    assert ledger.columns["name"] == ["甘肃云启数据有限公司"]


def test_a_former_name_joins_in_any_order(tmp_path: Path) -> None:
    new = csv_of(
        tmp_path / "新.csv",
        [["企业名称", "信用代码", "曾用名", STAFF], ["甲新公司", A, "甲旧公司、甲更旧公司", 1]],
    )
    old = csv_of(tmp_path / "旧.csv", [["企业名称", TECH], ["甲 旧公司", 1], ["乙旧公司", 2]])
    for files in ((new, old), (old, new)):
        ledger = read(*files)
        firm = ledger.identity.index(A)
        assert len(ledger) == 2
        assert ledger.columns["name"][firm] == "甲新公司"
        assert ledger.columns["tech_staff@2025"][firm] == 10_000
        assert ledger.columns["staff@2025"][firm] == 10_000
        assert "曾用名" in only(ledger, "joined").advice


def test_the_coded_row_of_the_old_name_gives_its_code(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "原名称", STAFF],
        ["甲旧公司", A, "", 1],
        ["甲新公司", "", "甲旧公司", 1],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert (ledger.identity, ledger.columns["name"]) == ([A], ["甲新公司"])
    assert ledger.columns["uscc"] == [A]


def test_a_former_name_with_another_code_waits(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "曾用名", STAFF],
        ["甲新公司", A, "甲旧公司", 1],
        ["甲旧公司", B, "", 2],
        ["丙旧公司", "", "", 3],
        ["丁公司", C, "丙旧公司", 4],
        ["戊公司", "", "丙旧公司", 5],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert len(ledger) == 5  # 丙旧公司 is claimed twice
    pairs = {(c.kind, c.first, c.second) for c in candidates(parties(ledger))}
    assert pairs >= {("former_name", 0, 1), ("former_name", 2, 3), ("former_name", 2, 4)}


def test_an_old_code_joins_only_from_a_column_of_its_own(tmp_path: Path) -> None:
    code = A[8:17]
    stated = csv_of(
        tmp_path / "有.csv",
        [
            ["企业名称", "信用代码", "组织机构代码", STAFF],
            ["甲公司", A, f"{code[:8]}-{code[8]}", 1],
        ],
    )
    unstated = csv_of(tmp_path / "无.csv", [["企业名称", "信用代码", STAFF], ["甲公司", A, 1]])
    old = csv_of(tmp_path / "旧.csv", [["企业名称", "信用代码", TECH], ["甲厂", code, 1]])
    beside = csv_of(tmp_path / "旁.csv", [["企业名称", "组织机构代码", TECH], ["甲厂", code, 1]])
    for files in ((stated, old), (old, stated), (stated, beside), (beside, stated)):
        ledger = read(*files)
        assert (ledger.identity, ledger.columns["tech_staff@2025"]) == ([A], [10_000])
        assert "旧代码" in only(ledger, "joined").advice
    for other in (old, beside):
        ledger = read(unstated, other)
        assert len(ledger) == 2
        assert [c.kind for c in candidates(parties(ledger))] == ["old_code"]


def test_an_old_code_that_contradicts_its_credit_code_joins_nothing(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "组织机构代码", STAFF],
        ["甲公司", A, B[8:17], 1],
        ["乙厂", "", B[8:17], 2],
    ]
    assert len(read(csv_of(tmp_path / "a.csv", rows))) == 2


def test_a_code_without_name_and_a_name_without_code_meet_in_a_third_row(tmp_path: Path) -> None:
    name = csv_of(tmp_path / "名.csv", [["企业名称", STAFF], ["甲公司", 1]])
    code = csv_of(tmp_path / "码.csv", [["信用代码", TECH], [A, 1]])
    both = csv_of(tmp_path / "全.csv", [["企业名称", "信用代码", "备注"], ["甲公司", A, "某某"]])
    for files in itertools.permutations((name, code, both)):
        ledger = read(*files)
        assert ledger.identity == [A]
        assert ledger.columns["staff@2025"] == ledger.columns["tech_staff@2025"] == [10_000]


def test_joining_leaves_contradictions_to_no_side(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "曾用名", STAFF, TECH],
        ["甲新公司", A, "甲旧公司", 10, 1],
        ["甲旧公司", "", "", 11, ""],
    ]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert (ledger.columns["staff@2025"], ledger.columns["tech_staff@2025"]) == ([None], [10_000])
    assert kinds(ledger) == ["fact_twice", "joined"]


# --- decisions -----------------------------------------------------------------------------


def pair_of_files(tmp_path: Path) -> list[Path]:
    first = [["企业名称", "信用代码", STAFF], ["兰州金城科技公司", A, 1], ["兰州陇原公司", B, 2]]
    second = [["企业名称", TECH], ["甘肃金城科技公司", 1], ["兰州陇源公司", 2]]
    return [csv_of(tmp_path / "一.csv", first), csv_of(tmp_path / "二.csv", second)]


def decided(tmp_path: Path, *decisions: Decision) -> Ledger:
    return read_ledgers(pair_of_files(tmp_path), as_of=AS_OF, decisions=decisions)


ONE, OTHER = Who("兰州金城科技公司", A), Who("甘肃金城科技公司", "")


def test_a_person_says_the_same(tmp_path: Path) -> None:
    assert len(read(*pair_of_files(tmp_path))) == 4
    for decision in (Decision(ONE, OTHER, SAME), Decision(OTHER, ONE, SAME)):
        ledger = decided(tmp_path, decision)
        assert ledger.identity == [A, B, "兰州陇源公司"]
        assert ledger.columns["name"][0] == "兰州金城科技公司"
        assert ledger.columns["tech_staff@2025"] == [10_000, None, 20_000]
        assert "按认定" in only(ledger, "joined").advice


def test_a_person_says_not_the_same(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", "曾用名", STAFF],
        ["甲新公司", A, "甲旧公司", 10],
        ["甲旧公司", "", "", 11],
    ]
    path = csv_of(tmp_path / "a.csv", rows)
    decision = Decision(Who("甲新公司", A), Who("甲旧公司", ""), DIFFERENT)
    ledger = read_ledgers([path], as_of=AS_OF, decisions=[decision])
    assert ledger.columns["staff@2025"] == [100_000, 110_000]


def test_the_right_code_stays(tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "信用代码", STAFF],
        ["甲公司", A[:-1] + "?", 1],
        ["甲公司", A[:-2], 1],
        ["甲公司", A, 1],
    ]
    path = csv_of(tmp_path / "a.csv", rows)
    ledger = read(path)
    first, *others = [Who(p.name, p.code) for p in parties(ledger)]
    decisions = [Decision(first, other, SAME) for other in others]
    ledger = read_ledgers([path], as_of=AS_OF, decisions=decisions)
    assert ledger.identity == ledger.columns["uscc"] == [A]


def test_decisions_that_contradict_each_other(tmp_path: Path) -> None:
    third = Who("兰州陇原公司", B)
    chain = [
        Decision(ONE, OTHER, SAME),
        Decision(OTHER, third, SAME),
        Decision(ONE, third, DIFFERENT, ("认定.xlsx", "待认定", 4)),
    ]
    with pytest.raises(UserError, match=r"认定.xlsx.*第 4 行.*别的行认定它们同一"):
        decided(tmp_path, *chain)
    assert len(decided(tmp_path, *chain[:2])) == 2


def test_a_decision_about_nobody_is_named(tmp_path: Path) -> None:
    ledger = decided(
        tmp_path, Decision(ONE, Who("没有这家公司", ""), SAME, ("x.xlsx", "待认定", 7))
    )
    problem = only(ledger, "unused_decision")
    assert (problem.file, problem.row, problem.value) == ("x.xlsx", 7, "没有这家公司")
    assert len(ledger) == 4


# --- what came from where ------------------------------------------------------------------


def test_parts_account_for_every_row_and_column(tmp_path: Path) -> None:
    first = csv_of(
        tmp_path / "一.csv",
        [
            ["序号", "企业名称", "信用代码", STAFF, "走访"],
            [1, "甲公司", A, 1, "多"],
            [2, "乙公司", B, 2, ""],
            ["合计", "", "", 3, ""],
        ],
    )
    second = csv_of(
        tmp_path / "二.csv", [["企业名称", STAFF, TECH], ["甲公司", 5, 1], ["丙公司", 1, 1]]
    )
    ledger = read(first, second)
    one, two = ledger.parts
    assert (one.file, one.rows, dict(one.skipped)) == ("一.csv", 2, {"合计行": 1})
    assert (one.firms, one.new, one.known, one.conflicts) == (2, 2, 0, 0)
    assert (two.firms, two.new, two.known, two.conflicts) == (2, 1, 1, 1)
    assert [(c.letter, c.read_as) for c in one.columns] == [
        ("A", "不读（序号等）"),
        ("B", "企业名称"),
        ("C", "统一社会信用代码"),
        ("D", "2025年职工总数"),
        ("E", ""),
    ]
    assert sum(part.rows for part in ledger.parts) == ledger.rows_read
    assert sum(sum(part.skipped.values()) for part in ledger.parts) == ledger.rows_skipped


# --- a county in townships -----------------------------------------------------------------


WORDS = "陇河皋金兴瑞恒泽博远凌科创启云岚弘毅致诚宇昊锐航晟源"
TRADES = ("软件科技", "信息技术", "环保科技", "药业", "新材料", "商贸", "装备制造", "检测服务")


class Firm(NamedTuple):
    name: str
    uscc: str


class Townships:
    """A county written as two lists: the first has everything; the second tells of some firms
    again, each in one of the ways in which lists do, and of firms of its own."""

    WAYS = ("code", "name", "spaced", "former", "old_code", "typo", "place", "wrong_code", "branch")
    EXACT = frozenset({"code", "name", "spaced", "former", "old_code"})
    DOUBTFUL = frozenset({"typo", "place", "wrong_code"})

    def __init__(self, firms: int, seed: int) -> None:
        self.rng = Random(seed)
        self.firms = [Firm(name, credit_code(n)) for n, name in enumerate(self._names(firms))]
        again = self.rng.sample(range(firms), firms // 4)
        self.way = {firm: self.WAYS[n % len(self.WAYS)] for n, firm in enumerate(again)}

    def _names(self, count: int) -> list[str]:
        """As many as there are in a county, all different."""
        found: dict[str, None] = {}
        while len(found) < count:
            word = "".join(self.rng.choices(WORDS, k=3))
            trade, form = (
                self.rng.choice(words) for words in (TRADES, ("有限公司", "股份有限公司"))
            )
            found.setdefault(f"兰州{word}{trade}{form}")
        return list(found)

    def first(self) -> Rows:
        heads = ["企业名称", "信用代码", "曾用名", "组织机构代码", STAFF]
        rows: Rows = [heads]
        for n, firm in enumerate(self.firms):
            way = self.way.get(n, "")
            old = firm.uscc[8:17] if way == "old_code" else ""
            rows.append([firm.name, firm.uscc, _old_name(n) if way == "former" else "", old, n + 1])
        return rows

    def second(self) -> Rows:
        rows: Rows = [[TECH, "单位名称", "统一社会信用代码"]]
        for n, way in self.way.items():
            name, code = getattr(self, f"_{way}")(n, self.firms[n])
            rows.append([n + 1, name, code])
        return [rows[0], *self.rng.sample(rows[1:], len(rows) - 1)]

    def _code(self, n: int, firm: Firm) -> tuple[str, str]:
        return firm.name, firm.uscc.lower()

    def _name(self, n: int, firm: Firm) -> tuple[str, str]:
        return firm.name, ""

    def _spaced(self, n: int, firm: Firm) -> tuple[str, str]:
        return f"（{firm.name[:6]} {firm.name[6:]}） ", ""

    def _former(self, n: int, firm: Firm) -> tuple[str, str]:
        return _old_name(n), ""

    def _old_code(self, n: int, firm: Firm) -> tuple[str, str]:
        return f"模拟旧厂{n}号公司", firm.uscc[8:17]

    def _typo(self, n: int, firm: Firm) -> tuple[str, str]:
        return firm.name[:3] + chr(0x6000 + n) + firm.name[4:], ""

    def _place(self, n: int, firm: Firm) -> tuple[str, str]:
        return "甘肃" + firm.name[2:], ""

    def _wrong_code(self, n: int, firm: Firm) -> tuple[str, str]:
        return firm.name, firm.uscc[:-1] + ("7" if firm.uscc[-1] != "7" else "8")

    def _branch(self, n: int, firm: Firm) -> tuple[str, str]:
        return f"{firm.name}演示分公司", ""


def _old_name(n: int) -> str:
    return f"模拟旧名{n}号有限公司"


def of_firm(ledger: Ledger) -> list[tuple[int | None, int | None]]:
    """(number of the firm in the first list, in the second) of each row of the ledger."""
    columns = (ledger.columns[key] for key in ("staff@2025", "tech_staff@2025"))
    return [
        tuple(None if value is None else value // 10_000 - 1 for value in pair)  # type: ignore[misc]
        for pair in zip(*columns, strict=True)
    ]


def check_townships(tmp_path: Path, firms: int, seed: int, swap: bool) -> tuple[int, int]:
    """(doubtful pairs planted, pairs listed)"""
    truth = Townships(firms, seed)
    files = [
        csv_of(tmp_path / "一.csv", truth.first()),
        csv_of(tmp_path / "二.csv", truth.second()),
    ]
    ledger = read(*reversed(files) if swap else files)
    found = of_firm(ledger)
    merged = {one for one, other in found if one is not None and other is not None}
    assert [pair for pair in found if None not in pair and pair[0] != pair[1]] == []
    assert merged == {n for n, way in truth.way.items() if way in Townships.EXACT}
    pairs = {frozenset((found[c.first], found[c.second])) for c in candidates(parties(ledger))}
    doubtful = {n for n, way in truth.way.items() if way in Townships.DOUBTFUL}
    assert {frozenset(((n, None), (None, n))) for n in doubtful} <= pairs
    return len(doubtful), len(pairs)


@pytest.mark.parametrize("swap", [False, True])
def test_a_county_of_two_thousand_firms(tmp_path: Path, swap: bool) -> None:
    """Every duplicate is found, none is merged wrongly, and a person is not asked in vain."""
    planted, listed = check_townships(tmp_path, 2000, 7, swap)
    assert planted > 150
    assert listed <= planted * 2


@examples(6)
@given(st.integers(0, 10**6), st.booleans())
def test_any_county(tmp_path_factory: pytest.TempPathFactory, seed: int, swap: bool) -> None:
    check_townships(tmp_path_factory.mktemp("county"), 120, seed, swap)
