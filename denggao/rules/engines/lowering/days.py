"""Days as numbers (``date.toordinal``), and the columns that answer what rules ask of
certificates. How those are answered is the engine's affair (``columnar.titles``)."""

from __future__ import annotations

from datetime import date

from denggao.facts.catalogue import MAX_SIZE
from denggao.facts.days import Span
from denggao.rules import nodes as n
from denggao.rules.engines.lowering.ends import End
from denggao.rules.engines.lowering.plan import Plan
from denggao.rules.engines.lowering.values import Lin

Asked = n.Holds | n.EverHeld | n.TitleDay


def column(asked: Asked, as_of: date) -> str:
    """The column that answers; of a day, the start of the names of its two ends."""
    match asked:
        case n.Holds(kind, None):
            return f"titles:{kind}"
        case n.Holds(kind, _):
            return f"titles:{kind}@{asked.day(as_of).year}"
        case n.EverHeld(kind):
            return f"titles:{kind}:曾持有"
        case n.TitleDay(what, kind):
            return f"titles:{kind}:{what}"


def fact_day(code: str, plan: Plan) -> Lin:
    """A date of the firm."""
    if code not in plan.columns:
        return _lin(None, None)
    day = plan.keep(f"{code}§day", plan.column(code).ordinal())
    return _lin(day, day)


def title_day(asked: n.TitleDay, plan: Plan, as_of: date) -> Lin:
    """A day of the firm's certificates, from the columns that tell its two ends."""
    name = column(asked, as_of)
    if f"{name}.lo" not in plan.columns:
        return _lin(None, None)
    return _lin(plan.column(f"{name}.lo"), plan.column(f"{name}.hi"))


def later(day: Lin, span: Span) -> Lin:
    """``Span.after`` of a day."""
    lo = _later(day.lo, span)
    hi = lo if day.hi is day.lo else _later(day.hi, span)
    return day._replace(lo=lo, hi=hi, twin=False)


def _later(end: End, span: Span) -> End:
    if end is None:
        return None
    if isinstance(end, int):
        return span.after(date.fromordinal(end)).toordinal()
    return end.shift(span.months, span.days)


def _lin(lo: End, hi: End) -> Lin:
    return Lin(lo, hi, 1, MAX_SIZE["天"])
