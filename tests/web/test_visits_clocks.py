"""The clocks of 诉求: exact at their edges, and the same asked of the database and of one row."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.calendar import SHANGHAI, is_working_day
from denggao.web.visits import flow
from denggao.web.visits.clocks import Terms
from tests.strategies import examples

TICK = timedelta(microseconds=1)
FIRST = datetime(2025, 1, 2, tzinfo=SHANGHAI)
INSTANTS = st.integers(0, 600 * 86_400 * 10**6).map(lambda us: FIRST + us * TICK)
TERMS = st.builds(
    lambda answer, steps, working: Terms(
        answer, (steps[0], steps[0] + steps[1], sum(steps)), working
    ),
    st.integers(1, 30),
    st.tuples(*[st.integers(1, 30)] * 3),
    st.booleans(),
)


@given(INSTANTS, TERMS)
@examples(60)
def test_edges(since: datetime, terms: Terms) -> None:
    for level, days in enumerate(terms.chase, 1):
        due = terms.due(since, days)
        assert terms.level(since, due) == level
        assert terms.level(since, due - TICK) == level - 1
        assert (due.hour, due.minute, due.second, due.microsecond) == (0, 0, 0, 0)


@given(INSTANTS, st.integers(0, 80), st.sampled_from([-TICK, timedelta(0), TICK]), TERMS)
@examples(80)
def test_the_cutoff_says_the_same_as_the_row(
    now: datetime, back: int, tick: timedelta, terms: Terms
) -> None:
    for days in (terms.answer, *terms.chase):
        cutoff = terms.cutoff(now, days)
        for since in (cutoff - TICK, cutoff, cutoff + TICK, now - timedelta(days=back) + tick):
            if since <= now:
                assert (since < cutoff) == (terms.due(since, days) <= now), (since, days)


@given(INSTANTS, st.integers(1, 40))
@examples(40)
def test_working_days_are_counted(since: datetime, days: int) -> None:
    due = Terms(working=True).due(since, days)
    last = due.date() - timedelta(days=1)
    between = [since.date() + timedelta(days=k) for k in range(1, (last - since.date()).days + 1)]
    assert sum(is_working_day(day) for day in between) == days
    assert is_working_day(last)


def test_seven_days_by_hand() -> None:
    came = datetime(2026, 9, 1, 16, 30, tzinfo=SHANGHAI)
    assert Terms().answer_due(came) == datetime(2026, 9, 9, tzinfo=SHANGHAI)
    # the seven days of the national holiday and the worked Sundays around it are in the table
    assert Terms(working=True).answer_due(came).date() == date(2026, 9, 11)
    assert Terms().words == "7 个自然日内答复，满 9、21、45 个自然日没有办结的逐级催办"


def test_a_year_without_holidays_is_counted_by_weekends() -> None:
    came = datetime(2090, 3, 3, 9, tzinfo=SHANGHAI)  # a Friday
    assert Terms(working=True).due(came, 1).date() == date(2090, 3, 7)


def test_every_state_is_reached_and_can_be_left() -> None:
    reached = {flow.RECEIVED} | {move.to for move in flow.MOVES.values() if move.to}
    assert reached == set(flow.STATES)
    assert all(flow.moves_from(state) for state in flow.STATES)
    assert all(set(move.sources) <= set(flow.STATES) for move in flow.MOVES.values())
    into_closed = [m for m in flow.MOVES.values() if m.to == flow.CLOSED]
    assert [m.sources for m in into_closed] == [(flow.REVISITED,)]
