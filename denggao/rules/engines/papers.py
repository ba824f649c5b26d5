"""What the reference engine says of certificates and days: a day is its ``toordinal``."""

from __future__ import annotations

from datetime import date

from denggao.facts.interval import Interval, Truth
from denggao.facts.resolve import Facts
from denggao.facts.titles import Title, ever_held, held, last_day
from denggao.rules import nodes as n


def titles_of(facts: Facts) -> list[Title] | None:
    """The firm's certificates; ``None`` where nobody spoke of them."""
    stated = facts.get("titles")
    if not isinstance(stated, tuple):
        return None
    return [title for title in stated if isinstance(title, Title)]


def holds(facts: Facts, expr: n.Holds | n.EverHeld) -> Truth:
    """持有, 曾持有."""
    if isinstance(expr, n.EverHeld):
        return ever_held(titles_of(facts), expr.kind, facts.as_of)
    return held(titles_of(facts), expr.kind, expr.day(facts.as_of))


def title_day(facts: Facts, expr: n.TitleDay) -> Interval:
    """末次发证, 末次到期, 末次取消."""
    return _between(*last_day(titles_of(facts), expr.kind, expr.what, facts.as_of))


def fact_day(facts: Facts, code: str) -> Interval:
    """A date of the firm."""
    day = facts.get(code)
    known = day if isinstance(day, date) else None
    return _between(known, known)


def later(day: Interval, expr: n.Later) -> Interval:
    """满: both ends moved."""
    lo, hi = (None if x is None else date.fromordinal(int(x)) for x in (day.lo, day.hi))
    after = expr.span.after
    return _between(None if lo is None else after(lo), None if hi is None else after(hi))


def _between(lo: date | None, hi: date | None) -> Interval:
    return Interval(lo.toordinal() if lo else None, hi.toordinal() if hi else None)
