"""周报告: what explains a difference adds up to it, always; a kept report opens as it was."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.weekly import explain as e
from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly import report as r
from denggao.diagnosis.weekly import standfile
from denggao.diagnosis.weekly.stand import STATES, Call, Goal, Rules, Stand, Task
from denggao.diagnosis.weekly.titlerows import sort_titles
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger
from denggao.facts.titles import Title
from tests.strategies import HEAD, examples

DAY = date(2026, 6, 26)
WEEK = timedelta(days=7)
HNTE, SME = "高新技术企业", "科技型中小企业"
LAW = """## 试科〔2026〕1号 第一条

```登高
条件 A-1 研发占比：
    研发费用[上年] ÷ 销售收入[上年] ≥ {share}%

条件 A-2 没有证书：
    非 持有 高新技术企业

结论 A-Z 认定：
    A-1 且 A-2
```
"""
LAWS = [{}, {"试验": HEAD + LAW.format(share=5)}, {"试验": HEAD + LAW.format(share=4)}]
UNITS = ("甲县", "乙县", None)
AIMS = (f"存量·{HNTE}", f"新增自2026年·{HNTE}", f"净增自2025年·{HNTE}")
KINDS = ((HNTE,), (HNTE, SME))


def ledger(firms: dict[str, dict[str, Any]]) -> Ledger:
    keys = dict.fromkeys(key for facts in firms.values() for key in facts)
    columns: dict[str, list[Any]] = {
        key: [facts.get(key) for facts in firms.values()] for key in ("name", *keys)
    }
    columns["name"] = list(firms)
    none: frozenset[str] = frozenset()
    places = [("表.xlsx", "台账", row) for row in range(2, 2 + len(firms))]
    return Ledger(
        list(firms), "企业名称", columns, [none] * len(firms), places, {}, [], [], len(firms)
    )


def _title(random: Random) -> Title:
    start = DAY + timedelta(days=random.choice((-1200, -1102, -1095, -800, -9, -3, 0, 4, 8)))
    end = random.choice((None, start + timedelta(days=1095), start + timedelta(days=1096), DAY))
    number = random.choice((None, "GR1", "GR2"))
    event = random.choice(("", "", "", "取消", "迁入"))
    return Title(random.choice((HNTE, HNTE, SME, "")), number, start, end, event=event)


def _firm(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"region": random.choice(UNITS), "sales@2025": 100_00}
    found["rd_expense@2025"] = random.choice((None, 4_00, 5_00, 6_00))
    titles = tuple(_title(random) for _ in range(random.randrange(3)))
    found["titles"] = random.choice((titles, titles, None))
    return found


def _task(random: Random, number: int) -> Task:
    days = [DAY + timedelta(days=d) for d in (-30, -8, -1, 0, 3, 7, 12)]
    return Task(
        f"任务{number}", "办一件事", random.choice(("甲县", "工信局")), random.choice(days),
        random.choice((None, *days)), random.choice(STATES),
    )  # fmt: skip


def _stand(random: Random, day: date) -> Stand:
    firms = {f"企业{n}": _firm(random) for n in range(random.randrange(6))}
    goals = [
        Goal(f"目标{n}", random.choice(AIMS), random.choice(("甲县", "乙县")),
             2026, random.choice((2026, 2027)), random.choice((None, 3, 5)))
        for n in range(random.randrange(3))
    ]  # fmt: skip
    rules = Rules(
        kinds=random.choice(KINDS),
        place=random.choice(("region", "region", "zone")),
        laws=random.choice((LAWS[0], LAWS[0], *LAWS)),
    )  # fmt: skip
    tasks = [_task(random, n) for n in range(random.randrange(4))]
    return Stand(ledger(firms), day, rules, tasks, goals, _calls(random), ("表.xlsx",))


def _calls(random: Random) -> list[Call]:
    days = (DAY - WEEK, DAY, DAY + WEEK, DAY + 30 * WEEK)
    return [
        Call(f"{n}", f"企业{n}", random.choice(("甲县", "乙县")), "必访一", DAY - 9 * WEEK,
             random.choice(days), random.choice((None, *days)))
        for n in range(random.randrange(4))
    ]  # fmt: skip


def _next(random: Random, stand: Stand) -> Stand:
    """A week later: firms come and go, rows are put in, taken out and corrected; now and then the
    rules are others."""
    other = _stand(random, stand.as_of + timedelta(days=random.choice((1, 7, 7, 190))))
    old, firms = stand.ledger, {}
    for row, name in enumerate(old.identity):
        facts = {key: data[row] for key, data in old.columns.items() if key != "name"}
        if random.random() < 0.2:
            continue
        if random.random() < 0.5:
            facts |= {k: v for k, v in _firm(random).items() if random.random() < 0.4}
        if facts.get("titles") and random.random() < 0.5:
            held = list(facts["titles"])
            held[0] = replace(held[0], valid_to=DAY + timedelta(days=random.choice((-2, 900))))
            facts["titles"] = (*held, *(_title(random) for _ in range(random.randrange(2))))
        firms[name] = facts
    fresh = {f"新企业{n}": _firm(random) for n in range(random.randrange(2))}
    rules = other.rules if random.random() < 0.3 else stand.rules
    tasks = [
        replace(t, state=random.choice(STATES), due=random.choice((t.due, DAY)))
        if random.random() < 0.5 else t
        for t in stand.tasks if random.random() < 0.9
    ]  # fmt: skip
    return replace(other, ledger=ledger(firms | fresh), rules=rules, tasks=[
        *tasks, *(_task(random, n) for n in range(len(stand.tasks), len(stand.tasks) + 2))
    ])  # fmt: skip


def _difference(before: Stand, after: Stand) -> dict[Any, int]:
    before, after = e.aligned(before, after)
    found = f.totals(after)
    found.subtract(f.totals(before))
    return {key: by for key, by in found.items() if by}


@given(st.integers(0, 2**32))
@examples(25)
def test_what_explains_a_difference_adds_up_to_it(seed: int) -> None:
    random = Random(seed)
    stand = _stand(random, DAY)
    for _ in range(3):
        after = _next(random, stand)
        causes = e.explain(stand, after)
        told = {key: by for key, by in e.explained(causes).items() if by}
        assert told == _difference(stand, after)
        assert [c for c in causes if not (c.by and c.why and c.reason in e.REASONS)] == []
        report = r.made(after, stand, "某县")
        for line in report.lines:
            assert line.change == sum(c.by for c in report.causes_of(line.id))
            if line.id != f.FIRMS:
                for unit, value in line.now.items():
                    assert value == sum(row.by for row in report.rows_of(line.id, unit))
        assert r.from_json(json.loads(json.dumps(r.as_json(report)))) == report
        stand = after


@given(st.integers(0, 2**32))
@examples(30)
def test_nothing_changed_and_nothing_is_explained(seed: int) -> None:
    stand = _stand(Random(seed), DAY)
    assert e.explain(stand, stand) == []


def test_a_report_whose_causes_do_not_add_up_does_not_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = _two()
    monkeypatch.setattr(r, "explain", lambda a, b: e.explain(a, b)[1:])
    with pytest.raises(AssertionError, match="do not add up"):
        r.made(after, before)


def _hnte(number: str, issued: date, until: date) -> Title:
    return Title(HNTE, number, issued, until)


def _two() -> tuple[Stand, Stand]:
    """The week of the example: one lapses, one is new, one is put in late, one is corrected, one
    leaves the ledger, one moves; and the law is another."""
    old, far = date(2023, 6, 24), date(2028, 1, 1)
    same = {"region": "甲县", "titles": (_hnte("G0", old, far),)}
    before = {
        "到期的": {"region": "甲县", "titles": (_hnte("G1", old, date(2026, 6, 23)),)},
        "新认定的": {"region": "甲县", "titles": ()},
        "补录的": {"region": "甲县", "titles": ()},
        "改了日期的": {"region": "乙县", "titles": (_hnte("G4", old, date(2026, 6, 1)),)},
        "退出的": {"region": "乙县", "titles": (_hnte("G5", old, far),)},
        "搬了的": {"region": "甲县", "titles": (_hnte("G6", old, far),)},
        "照旧的": same,
        "研发改了的": {
            "region": "甲县",
            "rd_expense@2025": 4_00,
            "sales@2025": 100_00,
            "titles": (),
        },
        "规则变了的": {
            "region": "甲县",
            "rd_expense@2025": 4_50,
            "sales@2025": 100_00,
            "titles": (),
        },
    }
    after = {name: dict(facts) for name, facts in before.items() if name != "退出的"}
    after["新认定的"]["titles"] = (_hnte("G2", DAY, far),)
    after["补录的"]["titles"] = (_hnte("G3", date(2025, 1, 1), far),)
    after["改了日期的"]["titles"] = (_hnte("G4", old, far),)
    after["搬了的"]["region"] = "乙县"
    after["研发改了的"]["rd_expense@2025"] = 6_00
    after["新来的"] = dict(same)
    rules = Rules(kinds=(HNTE,), laws=LAWS[1])
    stand = Stand(ledger(before), DAY - WEEK, rules)
    return stand, Stand(ledger(after), DAY, replace(rules, laws=LAWS[2]))


def test_every_reason_is_told_by_its_row() -> None:
    report = r.made(_two()[1], _two()[0])
    told = {(c.name, c.unit, c.by): (c.reason, c.why) for c in report.causes_of("存量·" + HNTE)}
    assert told["到期的", "甲县", -1][0] == e.TIME
    assert "G1" in told["到期的", "甲县", -1][1]
    assert "到期" in told["到期的", "甲县", -1][1]
    assert told["新认定的", "甲县", 1] == (
        e.ADDED,
        "新发高新技术企业证书G2（2026-06-26 至 2028-01-01）",
    )
    assert told["补录的", "甲县", 1][1].startswith("补录高新技术企业证书G3")
    assert told["改了日期的", "乙县", 1] == (
        e.CORRECTED, "高新技术企业证书G4：有效期至 2026-06-01 → 2028-01-01",
    )  # fmt: skip
    assert told["退出的", "乙县", -1] == (e.REMOVED, "退出台账")
    assert told["搬了的", "甲县", -1][1] == told["搬了的", "乙县", 1][1] == "所在区县 甲县 → 乙县"
    assert told["新来的", "甲县", 1] == (e.ADDED, "新入台账")
    assert len(told) == 8
    ready = {c.name: (c.by, c.reason, c.why) for c in report.causes_of("条件都符合·试验")}
    assert ready["研发改了的"][:2] == (1, e.CORRECTED)
    assert ready["研发改了的"][2].startswith("2025年研发费用 4")
    assert ready["规则变了的"][:2] == (1, e.RULE)
    assert report.line("存量·" + HNTE).change == 2


def test_a_renewed_certificate_changes_no_stock() -> None:
    first = {"续上的": {"region": "甲县", "titles": (_hnte("A", date(2023, 6, 1), DAY),)}}
    second = {"续上的": {"region": "甲县", "titles": (
        _hnte("A", date(2023, 6, 1), DAY), _hnte("B", DAY + timedelta(days=3), date(2029, 6, 1))
    )}}  # fmt: skip
    rules = Rules(kinds=(HNTE,))
    report = r.made(Stand(ledger(second), DAY + WEEK, rules), Stand(ledger(first), DAY, rules))
    assert report.causes_of("存量·" + HNTE) == []
    assert report.line("本年重新认定·" + HNTE).total == 1
    assert report.line("本周新认定·" + HNTE).total == 0
    assert report.line("本周到期未续·" + HNTE).total == 0


def test_tasks_become_late_by_the_day_and_done_by_the_work() -> None:
    rules = Rules(kinds=())
    old = [
        Task("1", "一", "工信局", DAY - 30 * WEEK, DAY - timedelta(days=2)),
        Task("2", "二", "工信局", DAY - 30 * WEEK, DAY - 2 * WEEK),
        Task("3", "三", "税务局", DAY - 30 * WEEK),
    ]
    new = [
        old[0],
        replace(old[1], state="已完成"),
        old[2],
        Task("4", "四", "税务局", DAY, DAY + WEEK),
    ]
    before, after = (
        Stand(ledger({}), day, rules, rows) for day, rows in ((DAY - WEEK, old), (DAY, new))
    )
    report = r.made(after, before)
    late = {c.key: (c.by, c.reason) for c in report.causes_of(f.TASKS_LATE)}
    assert late == {"1": (1, e.TIME), "2": (-1, e.PROGRESS)}
    assert report.line(f.TASKS_UNDATED).total == 1
    assert report.line(f.TASKS_NEW).total == 1
    assert report.line(f.TASKS).now == {"工信局": 2, "税务局": 2}


def test_unknown_targets_are_counted_and_not_zero() -> None:
    goals = [
        Goal("a", "存量·" + HNTE, "甲县", 2026, 2026, 5),
        Goal("b", "存量·" + HNTE, "乙县", 2026, 2026, None),
    ]
    report = r.made(Stand(ledger({}), DAY, Rules(), goals=goals), None)
    assert report.line("目标·存量·" + HNTE).now == {"甲县": 5}
    assert report.line("目标未定·存量·" + HNTE).now == {"乙县": 1}


@given(st.integers(0, 2**32))
@examples(15)
def test_a_stand_is_kept_whole(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    stand = _stand(Random(seed), DAY)
    path = tmp_path_factory.mktemp("底账") / "底账.zip"
    standfile.write(stand, path)
    again = standfile.read(path)
    assert f.totals(again) == f.totals(stand)
    assert e.explain(stand, again) == []


def test_two_certificates_of_other_numbers_are_two() -> None:
    a, b = _hnte("A", DAY, DAY), _hnte("B", DAY - WEEK, DAY)
    found = sort_titles((a,), (b,))
    assert (found.removed, found.added, found.corrected) == ((a,), (b,), ())


def test_last_week_must_be_earlier() -> None:
    stand = _two()[0]
    with pytest.raises(UserError, match="应早于"):
        r.made(stand, stand)


def test_the_sum_over_units_is_the_whole() -> None:
    found = f.totals(_two()[1])
    assert f.whole(found)["台账企业"] == 9
    assert isinstance(f.whole(found), Counter)
