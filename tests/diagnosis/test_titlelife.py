"""资格的一生: the identity of 净增 for any lives, one rung on any day, moves, annual reports."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.calendar import SHANGHAI, certificate_end
from denggao.diagnosis.titlelife import Life, Move, flow, misses, reports, spans, tier_on
from denggao.facts.titles import CANCELLED, Title
from tests.strategies import examples

KIND = "高新技术企业"
LADDER = ("科技型中小企业", "省级科技创新型企业", KIND, "科技领军企业")
HERE, THERE, OUTSIDE = "62/01/", "62/02/", "?"
DAYS = st.dates(date(2014, 1, 1), date(2030, 12, 31))


def in_here(place: str) -> bool:
    return place.startswith(HERE)


@st.composite
def titles(draw: st.DrawFn) -> tuple[Title, ...]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        issued = draw(DAYS)
        end = certificate_end(issued)
        event = draw(st.sampled_from(["", "首次", "重新", "迁入"]))
        found.append(Title(KIND, issued_on=issued, valid_to=end, event=event))
        if draw(st.booleans()):
            found.append(Title(KIND, cancelled_on=draw(DAYS), event=CANCELLED))
    return tuple(found)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    days = sorted(draw(st.lists(DAYS, max_size=3, unique=True)))
    places = draw(st.lists(st.sampled_from([HERE, HERE + "x/", THERE, OUTSIDE]),
                           min_size=len(days) + 1, max_size=len(days) + 1))  # fmt: skip
    moves = tuple(Move(on, places[i], places[i + 1]) for i, on in enumerate(days))
    return Life(draw(titles()), places[-1], moves)


@examples(120)
@given(st.lists(lives(), max_size=4))
def test_the_identity_holds_for_every_unit_and_year(firms: list[Life]) -> None:
    """``Flow`` itself raises where opening + net is not closing."""
    for unit, inside in ((HERE, in_here), (THERE, lambda p: p.startswith(THERE))):
        found = [flow(firms, unit, year, KIND, inside) for year in range(2013, 2036)]
        for before, after in pairwise(found):
            assert before.closing == after.opening
        counted = sum(s.covers(date(2020, 12, 31)) for f in firms for s in spans(f, KIND, inside))
        assert counted == found[2020 - 2013].closing


@examples(80)
@given(lives())
def test_spans_of_a_firm_never_overlap(life: Life) -> None:
    found = spans(life, KIND, in_here)
    assert all(a.gone <= b.first for a, b in pairwise(found))
    assert all(s.first < s.gone for s in found)


@examples(100)
@given(titles(), st.lists(st.tuples(st.sampled_from(LADDER), DAYS), max_size=4), DAYS)
def test_one_rung_at_most_on_any_day(
    own: tuple[Title, ...], more: list[tuple[str, date]], day: date
) -> None:
    papers = [*own, *(Title(kind, issued_on=on, valid_to=certificate_end(on)) for kind, on in more)]
    tier = tier_on(papers, day, LADDER)
    assert tier is None or tier in LADDER
    higher = LADDER[LADDER.index(tier) + 1 :] if tier else LADDER
    assert not any(
        t.kind == kind and t.event != CANCELLED and t.valid_to and t.issued_on
        and t.issued_on <= day <= t.valid_to and not any(
            c.event == CANCELLED and c.cancelled_on and t.issued_on <= c.cancelled_on <= day
            for c in papers if c.kind == kind)
        for kind in higher for t in papers
    )  # fmt: skip


def test_a_published_year_adds_up_only_with_its_losses() -> None:
    """Hand-made: one renewed before its end, one lapsed, one revoked, one each way."""

    def held(issued: date, *more: Title) -> tuple[Title, ...]:
        return (Title(KIND, issued_on=issued, valid_to=certificate_end(issued)), *more)

    old = date(2022, 8, 1)
    again = Title(KIND, issued_on=date(2025, 6, 1), valid_to=certificate_end(date(2025, 6, 1)))
    cancelled = Title(KIND, cancelled_on=date(2025, 3, 1), event=CANCELLED)
    moved_in = Title(KIND, issued_on=date(2023, 9, 1), valid_to=date(2026, 8, 31), event="迁入")
    firms = [
        Life(held(old, again), HERE),
        Life(held(old), HERE),
        Life(held(date(2024, 5, 1), cancelled), HERE),
        Life(held(date(2024, 5, 1)), THERE, (Move(date(2025, 4, 1), HERE, THERE),)),
        Life((moved_in,), HERE, (Move(date(2025, 5, 1), OUTSIDE, HERE),)),
        Life(held(date(2025, 9, 9)), HERE),
    ]
    year = flow(firms, HERE, 2025, KIND, in_here)
    assert (year.opening, year.closing, year.net) == (4, 3, -1)
    assert (year.new, year.renewed, year.moved_in) == (1, 1, 1)
    assert (year.lapsed, year.revoked, year.moved_out) == (2, 1, 1)
    assert flow(firms, THERE, 2025, KIND, lambda p: p.startswith(THERE)).moved_in == 1


def test_a_whole_move_keeps_the_expiry() -> None:
    paper = Title(KIND, issued_on=date(2023, 9, 1), valid_to=date(2026, 8, 31), event="迁入")
    life = Life((paper,), HERE, (Move(date(2025, 5, 1), OUTSIDE, HERE),))
    (span,) = spans(life, KIND, in_here)
    assert span == (date(2025, 5, 1), date(2026, 9, 1), "moved_in", "lapsed")


# --- annual reports ------------------------------------------------------------------------------


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def test_reports_of_one_period_and_the_second_miss() -> None:
    issued, until = date(2023, 10, 16), date(2026, 10, 15)
    filed = {2023: at(2024, 5, 31, 23), 2024: at(2025, 6, 1, 0), 2025: None}
    due = reports(issued, until, filed, at(2026, 7, 1))
    assert [(d.year, d.state) for d in due] == [(2023, "filed"), (2024, "late"), (2025, "missed")]
    assert misses(due) == 2


def test_what_nobody_registered_is_unknown_and_no_miss() -> None:
    due = reports(date(2023, 10, 16), date(2026, 10, 15), {}, at(2026, 5, 31, 23))
    assert [d.state for d in due] == ["unknown", "unknown", "open"]
    assert misses(due) == 0


@pytest.mark.parametrize("hour", [0, 23])
def test_the_last_day_is_whole(hour: int) -> None:
    due = reports(
        date(2024, 1, 1), date(2026, 12, 31), {2024: at(2025, 5, 31, hour)}, at(2026, 1, 1)
    )
    assert due[1].state == "filed"
    assert due[1].limit - timedelta(microseconds=1) == datetime(
        2025, 5, 31, 23, 59, 59, 999999, SHANGHAI
    )
