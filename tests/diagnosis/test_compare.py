"""Snapshots reopen as they were; what explains a difference adds up to it, and is right."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given

from denggao.cli import main
from denggao.diagnosis import compare as c
from denggao.diagnosis import snapshot as s
from denggao.diagnosis.pool import firm_of
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger
from denggao.facts.titles import Title
from denggao.rules.engines import reference
from denggao.rules.outcome import TRUTH_NAMES
from tests.strategies import HEAD, examples, generators

RULES = """## 试科〔2026〕1号 第一条

```登高
条件 A-1 研发占比：
    研发费用[上年] ÷ 销售收入[上年] ≥ 5%

条件 A-2 人数：
    职工总数[上年] ≥ 10人

读法 R-1 人数怎么算：
    两条都要：「并列」
    一条就行：「择一」

结论 A-Z 认定：
    A-1 且 ( A-2 或 采用 一条就行 )
```
"""
TEXT = HEAD + RULES
DAY, NEXT = date(2026, 6, 30), date(2027, 6, 30)


def ledger(**firms: dict[str, int]) -> Ledger:
    """Firms by name, facts in steps of their unit."""
    keys = dict.fromkeys(key for facts in firms.values() for key in facts)
    columns: dict[str, list[object]] = {key: [f.get(key) for f in firms.values()] for key in keys}
    columns["name"] = list(firms)
    none: frozenset[str] = frozenset()
    places = [("表.xlsx", "Sheet1", row) for row in range(2, 2 + len(firms))]
    return Ledger(
        list(firms), "企业名称", columns, [none] * len(firms), places, {}, [], [], len(firms)
    )


def taken(book: Ledger, text: str = TEXT, day: date = DAY, reading: str = "两条都要") -> s.Snapshot:
    return s.Snapshot(book, {"试验": text}, day, {"试验": {"R-1": reading}}, ("表.xlsx",))


def facts(year: int, rd: int, sales: int, staff: int) -> dict[str, int]:
    return {
        f"rd_expense@{year}": rd * 100,
        f"sales@{year}": sales * 100,
        f"staff@{year}": staff * 10_000,
    }


GOOD, POOR, FEW = facts(2025, 60, 1000, 20), facts(2025, 40, 1000, 20), facts(2025, 60, 1000, 5)


def reasons(found: c.Comparison) -> dict[str, dict[str, int]]:
    return {
        reason: {truth: flow[truth] for truth in c.TRUTHS if flow[truth]}
        for reason, flow in found.flows.items()
        if any(flow.values())
    }


def test_each_reason_is_told_apart() -> None:
    old = taken(ledger(甲=POOR, 乙=FEW, 丙=GOOD))
    assert reasons(c.compare(old, old, "试验")) == {}
    data = c.compare(old, taken(ledger(甲=GOOD, 乙=FEW, 丙=GOOD)), "试验")
    assert reasons(data) == {c.DATA: {"pass": 1, "fail": -1}}
    (flip,) = data.flips
    assert (flip.name, flip.conditions) == ("甲", (("A-1", "fail", "pass"),))
    assert flip.changes == (c.Change("rd_expense@2025", 4000, 6000),)
    later = c.compare(old, taken(old.ledger, day=NEXT), "试验")
    assert reasons(later) == {c.DAY: {"pass": -1, "unknown": 3, "fail": -2}}
    stricter = c.compare(old, taken(old.ledger, TEXT.replace("5%", "7%")), "试验")
    assert reasons(stricter) == {c.LAW: {"pass": -1, "fail": 1}}
    read = c.compare(old, taken(old.ledger, reading="一条就行"), "试验")
    assert reasons(read) == {c.READING: {"pass": 1, "fail": -1}}
    moved = c.compare(old, taken(ledger(甲=POOR, 丁=GOOD, 戊=GOOD)), "试验")
    assert reasons(moved) == {c.CAME: {"pass": 2}, c.WENT: {"pass": -1, "fail": -1}}


def test_a_new_fiscal_year_is_the_days_doing() -> None:
    """Figures of the new year change nothing until the day moves (C1.4)."""
    new = {**POOR, **facts(2026, 60, 1000, 20)}
    found = c.compare(taken(ledger(甲=POOR)), taken(ledger(甲=new), day=NEXT), "试验")
    assert reasons(found) == {c.DAY: {"pass": 1, "fail": -1}}


def random_snapshot(rnd: Random) -> s.Snapshot:
    firms = {
        name: {
            key: value
            for year in (2025, 2026)
            for key, value in facts(
                year, rnd.choice([0, 49, 50, 70]), 1000, rnd.choice([9, 10])
            ).items()
            if rnd.random() < 0.8
        }
        for name in rnd.sample("甲乙丙丁戊己庚辛", rnd.randint(1, 8))
    }
    text = rnd.choice([TEXT, TEXT.replace("5%", "7%"), TEXT.replace("≥ 10人", "≥ 9人")])
    return taken(
        ledger(**firms), text, rnd.choice([DAY, NEXT]), rnd.choice(["两条都要", "一条就行"])
    )


def counted(snapshot: s.Snapshot) -> Counter[str]:
    """By the definition, firm by firm."""
    law, found = snapshot.laws["试验"], Counter[str]()
    for row in range(len(snapshot.ledger)):
        outcome = reference.judge(
            law, firm_of(snapshot.ledger, row), snapshot.as_of,
            readings=dict(snapshot.readings["试验"]),
        )  # fmt: skip
        found[TRUTH_NAMES[outcome.results["A-Z"].truth]] += 1
    return found


@examples(30)
@given(generators)
def test_what_explains_adds_up(rnd: Random) -> None:
    first, second = random_snapshot(rnd), random_snapshot(rnd)
    found = c.compare(first, second, "试验")
    before, after = counted(first), counted(second)
    for truth in c.TRUTHS:
        assert (found.counts[0][truth], found.counts[1][truth]) == (before[truth], after[truth])
        assert sum(flow[truth] for flow in found.flows.values()) == after[truth] - before[truth]


def test_whose_result_hangs_on_a_reading() -> None:
    found = c.by_reading(taken(ledger(甲=POOR, 乙=FEW, 丙=GOOD)), "试验")
    assert {key: [f.name for f in flips] for key, flips in found.items()} == {
        ("R-1", "一条就行"): ["乙"]
    }


def test_a_snapshot_reopens_unchanged(tmp_path: Path) -> None:
    book = ledger(甲=GOOD, 乙={})
    title = Title("高新技术企业", "GR2024", date(2024, 1, 2), date(2027, 1, 1))
    book.columns["titles"] = [(title,), None]
    book.columns["established_on"] = [date(2019, 2, 28), None]
    book.columns["staff@2025.lo"], book.columns["staff@2025.hi"] = [None, 5700000], [None, None]
    paths = [tmp_path / "一.zip", tmp_path / "二.zip"]
    for path in paths:
        s.write(taken(book), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    again = s.read(paths[0])
    assert again == taken(book)
    assert firm_of(again.ledger, 0).values == firm_of(book, 0).values


def test_what_is_no_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "坏.zip"
    for content in (b"", b"PK\x05\x06" + bytes(18)):
        path.write_bytes(content)
        with pytest.raises(UserError, match="不是登高的快照"):
            s.read(path)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("快照.json", "[1]")
    with pytest.raises(UserError, match="不是登高的快照"):
        s.read(path)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("快照.json", json.dumps({"format": "登高快照 9"}))
    with pytest.raises(UserError, match="登高快照 9"):
        s.read(path)
    with pytest.raises(UserError, match="找不到文件"):
        s.read(tmp_path / "没有.zip")


A, B = "91620102MA00000001", "91620102MA00000002"


def coded(names: str, *codes: str | None) -> Ledger:
    book = ledger(**dict.fromkeys(names, GOOD))
    book.columns["uscc"] = list(codes)
    return book


def test_firms_match_by_code_then_by_name() -> None:
    both = ([(0, 0), (1, 1)], [], [])
    assert c.matched(coded("甲乙", A, None), coded("丙乙", A, None)) == both
    assert c.matched(coded("甲乙", A, None), coded("丙乙", B, None)) == ([(1, 1)], [0], [0])
    assert c.matched(coded("甲乙", A, None), coded("甲乙", A, B)) == both  # a code filled in later
    assert c.matched(coded("甲", A), coded("甲", B)) == ([], [0], [0])  # one name, two firms


def test_each_firm_is_counted_once() -> None:
    """One code on two firms, as a ledger may have it: names tell them apart, or nothing does."""
    assert c.matched(coded("甲乙", A, A), coded("甲乙", A, A)) == ([(0, 0), (1, 1)], [], [])
    assert c.matched(coded("甲乙", A, A), coded("丙", A)) == ([], [0, 1], [0])
    assert c.matched(coded("甲乙", A, A), coded("乙", A)) == ([(1, 0)], [0], [])
    found = c.compare(taken(coded("甲乙", A, A)), taken(coded("丙", A)), "试验")
    assert [sum(counts.values()) for counts in found.counts] == [2, 1]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    books = {
        "一": "甲公司,40,1000,20\n乙公司,60,1000,20\n",
        "二": "甲公司,60,1000,20\n丙公司,60,1000,20\n",
    }
    law = tmp_path / "试验.md"
    law.write_text(TEXT, encoding="utf-8")
    head = "企业名称,2025年研发费用（元）,2025年销售收入（元）,2025年职工总数\n"
    for name, rows in books.items():
        (tmp_path / f"{name}.csv").write_text(head + rows, encoding="utf-8")
        arguments = ["--law", str(law), "--as-of", str(DAY), "--snapshot"]
        assert (
            main(
                ["screen", str(tmp_path / f"{name}.csv"), *arguments, str(tmp_path / f"{name}.zip")]
            )
            == 0
        )
    pair = [str(tmp_path / "一.zip"), str(tmp_path / "二.zip")]
    capsys.readouterr()
    assert main(["compare", *pair, "--json", "-o", str(tmp_path / "对比.xlsx")]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["before"] == {"pass": 1, "unknown": 0, "fail": 1}
    assert found["after"] == {"pass": 2, "unknown": 0, "fail": 0}
    assert found["flows"][c.DATA] == {"pass": 1, "unknown": 0, "fail": -1}
    assert (tmp_path / "对比.xlsx").stat().st_size > 0
    assert main(["compare", *pair]) == 0
    assert "数据 +1" in capsys.readouterr().out
    assert main(["compare", pair[0]]) == 0
    assert "R-1 改用“一条就行”" in capsys.readouterr().out
    assert main(["compare", pair[0], str(law)]) == 2
    assert main(["compare", *pair, "--law", "没有"]) == 2
