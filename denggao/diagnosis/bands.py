"""A score with bands as a sum: what it may come to, whichever line turns out to hold.

Where every line is decided whatever is done, the score is as now or what a line gives. Where
some stay open, it lies between the least and the most of the lines that may hold, and the
expectation is the same share of that range as everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from denggao.diagnosis.inequalities import Formula, Sum, every, some
from denggao.facts import interval as iv
from denggao.facts.interval import Bound
from denggao.rules import nodes as n
from denggao.rules.shape import zero_asked

if TYPE_CHECKING:
    from denggao.diagnosis.formula import End, Ends, Model


@dataclass(frozen=True, slots=True)
class _Line:
    """``sure``: it certainly holds, ``maybe``: it may; ``fails``: it certainly does not,
    ``unsure``: it may not (``None``: that cannot be written)."""

    sure: Formula
    maybe: Formula | None
    fails: Formula | None
    unsure: Formula | None
    low: End
    high: End
    points: End


def bands(model: Model, statement: n.Statement) -> Ends:
    """The low end of the score (the expected one, if the model expects). Raises
    NotLinearError."""
    now = _now(model, statement)
    if now is None:
        return None, None
    lines = list(_lines(model, statement))
    is_open = any(line.sure != line.maybe for line in lines)
    if is_open and _can_be_spanned(statement, lines):
        return _spanned(model, lines), None
    options = [(True, Sum(now)), *_better(lines, now)]
    if len(options) == 1:
        return Sum(now), None
    return model.at_most(options), None


def _lines(model: Model, statement: n.Statement) -> Iterator[_Line]:
    for case in statement.cases:
        low, high = model.number(case.lo)[0], model.number(case.hi)[1]
        points = _points(model, case, low, high)
        if case.when is None:
            yield _Line(True, True, False, False, low, high, points)
            return
        sure = model.truth(case.when)
        maybe = model.written(case.when, surely=False)
        fails = model.written(case.when, want=False, surely=True)
        unsure = model.written(case.when, want=False, surely=False)
        yield _Line(sure, maybe, fails, unsure, low, high, points)
        if sure is True:
            return  # no line below it ever counts


def _points(model: Model, case: n.Case, low: End, high: End) -> End:
    if model.share is None or case.lo is case.hi or isinstance(case.lo, n.Ref):
        return low
    if low is None or high is None:
        return low
    return Sum(0).plus(low, 1 - model.share).plus(high, model.share)


def _now(model: Model, statement: n.Statement) -> Bound:
    if model.hoped is not None:
        return model.hoped.number(n.Ref(statement.id)).lo or 0
    return (model.run.result(statement.id).value or iv.ZERO).lo


# ----------------------------------------------------------------- one line after the other


def _better(lines: Sequence[_Line], now: Bound) -> Iterator[tuple[Formula, Sum]]:
    """The lines that give more than now, each with what must hold for it to count."""
    assert now is not None
    for number, line in enumerate(lines):
        value = line.points
        if line.sure is not False and value is not None and (value.coefs or value.constant > now):
            when = every([line.sure, *_passed(lines[:number], value)])
            if when is not False:
                yield when, value


def _passed(above: Sequence[_Line], value: Sum) -> Iterator[Formula]:
    """The lines above that give less do not certainly hold, as far as that can be written."""
    for line in above:
        less = line.points
        is_less = less is None or less.coefs or value.coefs or less.constant < value.constant
        if is_less and line.unsure is not None:
            yield line.unsure


# ----------------------------------------------------------------- whatever may hold


def _can_be_spanned(statement: n.Statement, lines: Sequence[_Line]) -> bool:
    """A line that asks for 0 makes those below it speak of more than 0: left to be tried."""
    asks_zero = any(zero_asked(case.when) is not None for case in statement.cases[: len(lines)])
    named = any(isinstance(case.lo, n.Ref) for case in statement.cases[: len(lines)])
    ends = all(x.low is not None and x.high is not None for x in lines)
    written = all(None not in (x.maybe, x.fails, x.unsure) for x in lines)
    return ends and written and not asks_zero and not named


def _spanned(model: Model, lines: Sequence[_Line]) -> Sum:
    """Between the least and the most of what the lines that may be the first to hold give."""
    lows: list[tuple[Formula, Sum]] = []
    highs: list[tuple[Formula, Sum]] = []
    for number, line in enumerate(lines):
        sure = [x.sure for x in lines[:number]]
        unsure = [x.unsure for x in lines[:number] if x.unsure is not None]
        if line.fails is not None and line.low is not None:
            lows.append((some([line.fails, *sure]), line.low))
        if line.maybe is not None and line.high is not None:
            highs.append((every([line.maybe, *unsure]), line.high))
    low = model.below([option for option in lows if option[0] is not True])
    if model.share is None:
        return low
    high = model.at_most([option for option in highs if option[0] is not False])
    return Sum(0).plus(low, 1 - model.share).plus(high, model.share)
