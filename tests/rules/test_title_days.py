"""What was held and until when: two engines, one meaning; and lists never judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.days import Span, add_months
from denggao.facts.enterprise import Firm
from denggao.facts.titles import CANCELLED, DAYS, NEVER, Title, ever_held, held, last_day
from denggao.rules import nodes as n
from denggao.rules.cases import failures
from denggao.rules.engines.columnar import run
from denggao.rules.engines.columnar.titles import answers, long_frame
from denggao.rules.engines.lowering.days import column
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble
from tests.rules.engines import disagreements, small
from tests.strategies import TODAY, examples, instrument_text

KIND, OTHER = "高新技术企业", "科技型中小企业"
DAY = timedelta(days=1)
_NEAR = [TODAY + k * DAY for k in (-400, -2, -1, 0, 1, 2, 400)]
_NEAR += [date(y, m, d) for y in (2025, 2026, 2027) for m, d in ((1, 1), (12, 31))]


def random_titles(rnd: Random) -> tuple[Title, ...] | None:
    """Nobody said, none, or up to four papers with any date missing or on a border."""
    if rnd.random() < 0.1:
        return None

    def day(missing: float) -> date | None:
        return None if rnd.random() < missing else rnd.choice(_NEAR)

    def one() -> Title:
        kind = rnd.choice((KIND, KIND, KIND, OTHER, ""))
        if rnd.random() < 0.2:
            return Title(kind, None, day(0.2), event=CANCELLED)
        issued, until = day(0.15), day(0.15)
        if issued and until and until < issued and rnd.random() < 0.8:
            issued, until = until, issued
        return Title(kind, None, issued, until, day(0.9))

    return tuple(one() for _ in range(rnd.choice((0, 1, 1, 2, 3, 4))))


def filled_in(title: Title, rnd: Random) -> Title:
    issued, until = (day or rnd.choice(_NEAR) for day in (title.issued_on, title.valid_to))
    return replace(title, issued_on=issued, valid_to=until)


ASKED = [
    n.Holds(KIND), n.Holds(KIND, n.Year.LAST), n.Holds(OTHER), n.EverHeld(KIND),
    *(n.TitleDay(what, kind) for what in DAYS for kind in (KIND, OTHER)),
]  # fmt: skip


@given(st.integers(0, 10**9), st.sampled_from(_NEAR))
@examples(60)
def test_all_firms_at_once_as_one_by_one(seed: int, as_of: date) -> None:
    rnd = Random(seed)
    firms = [random_titles(rnd) for _ in range(25)]
    said = [ours is not None for ours in firms]
    got = answers(long_frame(firms), pl.Series(said), ASKED, as_of)
    for asked in ASKED:
        name = column(asked, as_of)
        for i, ours in enumerate(firms):
            if isinstance(asked, n.TitleDay):
                days = last_day(ours, asked.kind, asked.what, as_of)
                wanted = tuple(None if day is None else day.toordinal() for day in days)
                assert (got[f"{name}.lo"][i], got[f"{name}.hi"][i]) == wanted, (asked, ours)
            elif isinstance(asked, n.Holds):
                assert got[name][i] is held(
                    ours, KIND if asked.kind == KIND else OTHER, asked.day(as_of)
                ), (asked, ours)
            else:
                assert got[name][i] is ever_held(ours, asked.kind, as_of), (asked, ours)


@given(st.integers(0, 10**9))
@examples(60)
def test_what_becomes_known_never_turns_a_certain_answer(seed: int) -> None:
    """Filling in a missing date, an unknown answer may become certain, never the reverse."""
    rnd = Random(seed)
    firms = [t for t in (random_titles(rnd) for _ in range(20)) if t]
    for ours in firms:
        filled = tuple(t if t.event == CANCELLED else filled_in(t, rnd) for t in ours)
        if any(t.is_backwards for t in (*ours, *filled)):
            continue
        for before, after in (
            (held(ours, KIND, TODAY), held(filled, KIND, TODAY)),
            (ever_held(ours, KIND, TODAY), ever_held(filled, KIND, TODAY)),
        ):
            assert before is None or before is after, (ours, filled)
        for what in DAYS:
            (lo, hi), (low, high) = (last_day(t, KIND, what, TODAY) for t in (ours, filled))
            if lo == hi and lo is not None:
                assert (low, high) == (lo, hi), (what, ours, filled)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
@examples(200)
def test_months_run_out_at_the_end_of_a_month_at_the_latest(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + DAY).day == 1
    assert Span(months=months).after(day) == later
    assert Span(months=1).after(date.max) == date.max
    assert (-Span(months=1)).after(NEVER) == NEVER


RULES = """
数值 L-1 到期日：末次到期 高新技术企业
数值 L-2 早三月：L-1 满 3月
清单 L-3 当年到期：L-1 ≥ 1月1日 且 L-1 ≤ 12月31日
条件 L-4 取消过：末次取消 高新技术企业 ≥ 末次发证 高新技术企业
清单 L-5 失效 期限 L-1 事由 L-4：曾持有 高新技术企业 且 非 持有 高新技术企业 且 L-1 < 1月1日[上年]
预警 L-6 将到期 提前 12月、3月 期限 L-1：持有 高新技术企业
    办理 「打电话」
预警 L-7 成立不久：申请日 − 成立日期 < 400天 且 成立日期 + 1天 ≤ 申请日
"""


@given(st.integers(0, 10**9), st.sampled_from(_NEAR))
@examples(25)
def test_lists_come_out_the_same_on_both_engines(seed: int, as_of: date) -> None:
    rnd = Random(seed)
    firms = [Firm(), Firm({"titles": ()})]
    for _ in range(12):
        values: dict[str, object] = {"titles": t} if (t := random_titles(rnd)) is not None else {}
        if rnd.random() < 0.7:
            values["established_on"] = rnd.choice(_NEAR)
        firms.append(Firm(values))  # type: ignore[arg-type]
    assert disagreements(small(RULES), firms, as_of) == []


def test_the_clauses_of_a_warning() -> None:
    instrument = small(RULES)
    warning = instrument.statements["L-6"].roll
    assert warning == n.Roll((Span(months=12), Span(months=3)), "L-1", todo="打电话")
    assert instrument.statements["L-5"].roll == n.Roll(due="L-1", reasons=("L-4",))
    assert [s.id for s in instrument.rolls] == ["L-3", "L-5", "L-6", "L-7"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("预警 L-1 甲 提前 3月：持有 高新技术企业", "期限"),
        ("数值 L-1 乙：经营年数\n预警 L-2 甲 期限 L-1：持有 高新技术企业", "应是日期"),
        ("数值 L-1 乙：经营年数\n清单 L-2 甲 事由 L-1：持有 高新技术企业", "条件"),
        ("清单 L-1 甲 期限 L-9：持有 高新技术企业", "没有定义"),
        ("清单 L-1 甲：末次到期 高新技术企业", "判断式"),
        ("清单 L-1 甲：成立日期 + 末次到期 高新技术企业 ≥ 申请日", "日期只能减日期"),
        ("清单 L-1 甲：成立日期 ≥ 3人", "单位不合"),
        ("清单 L-1 甲：申请日 ≥ 2月30日", "没有 2月30日"),
        ("预警 L-1 甲 提前 三个月：持有 高新技术企业", "月数或天数"),
        ("清单 L-1 甲 对照 「甲」 对照 「乙」：持有 高新技术企业", "至多写一次"),
    ],
)
def test_what_does_not_load(rules: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        small(rules)


@pytest.mark.parametrize(
    "rules",
    [
        "清单 L-1 甲：持有 高新技术企业\n结论 L-2 乙：L-1",
        "条件 L-1 甲：曾持有 高新技术企业\n结论 L-2 乙：L-1",
        "结论 L-2 乙：成立日期 ≤ 1月1日",
        "结论 L-2 乙：待核实\n初判 L-3 丙：末次到期 高新技术企业 ≥ 申请日",
    ],
)
def test_nothing_of_it_takes_part_in_a_verdict(rules: str) -> None:
    with pytest.raises(InstrumentError, match="只用来列名单"):
        assemble(instrument_text(rules), "试验.md")


def test_a_wrong_date_in_a_case_is_caught() -> None:
    """Positive control of the case tables of dates."""
    text = instrument_text(RULES) + (
        "\n| 例 | 申请日 | 资格证书 | L-1 | L-2 |\n|---|---|---|---|---|\n"
        "| 平年 | 2026-01-01 | 高新技术企业 2021-11-30~2024-11-30 | 2024-11-30 | 2025-02-28 |\n"
        "| 错 | 2026-01-01 | 高新技术企业 2021-11-30~2024-11-30 | 2024-12-01 | 2025-03-01 |\n"
    )
    instrument = assemble(text, "试验.md")
    for engine in (None, run.engine):
        found = failures(instrument) if engine is None else failures(instrument, engine)
        assert [f.name for f in found] == ["错", "错"]
