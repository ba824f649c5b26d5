"""What rules ask of certificates, as columns of no particular engine; the meaning is that of
``facts.titles``. Each certificate gets marks, whole numbers; the greatest of a firm's tell the
answer. Who gathers them and joins them to the firms is the engine's affair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from denggao.facts.titles import ISSUED, NEVER, REVOKED
from denggao.rules import nodes as n
from denggao.rules.engines.lowering.days import Asked, column
from denggao.rules.engines.lowering.expr import Expr, Type, col, least, lit, when

#: A mark: it says no, it leaves it open, it says yes. Of a day: the certificate does not count,
#: it does and its day is sure, it does and its day is not.
_NO, _OPEN, _YES = (lit(rank, Type.SMALL) for rank in range(3))
_UNSURE = _YES
_KIND = col("kind", Type.TEXT)
_ISSUED, _UNTIL, _CANCELLED = (
    col(name, Type.DAY) for name in ("issued_on", "valid_to", "cancelled_on")
)
_NOTHING, _NOT_HELD = lit(None, Type.FLAG), lit(False)
_NO_DAY, _NEVER = lit(None, Type.INT), lit(NEVER.toordinal())


@dataclass(frozen=True, slots=True)
class Paper:
    """Columns of one certificate. Where cancellations of their own (``facts.titles.CANCELLED``)
    are among them: ``is_end`` marks these, ``ended`` is the first one on record since the issue,
    ``end_open`` says that it is not known whether there was one."""

    kind: Expr = _KIND
    issued: Expr = _ISSUED
    until: Expr = _UNTIL
    cancelled: Expr = _CANCELLED
    is_end: Expr | None = None
    ended: Expr | None = None
    end_open: Expr | None = None

    @property
    def is_backwards(self) -> Expr:
        return self.issued.gt(self.until)


@dataclass(frozen=True, slots=True)
class Question:
    """``marks``: name → of each certificate; ``answers``: canonical column → of the greatest
    marks of a firm, which stand under the marks' names; null where the firm has none."""

    marks: Mapping[str, Expr]
    answers: Mapping[str, Expr]


def asked_of(instruments: Sequence[n.Instrument]) -> set[Asked]:
    """What the rules ask of the certificates of some kind."""
    leaves = (x for i in instruments for s in i.statements.values() for x in s.leaves)
    return {x for x in leaves if isinstance(x, n.Holds | n.EverHeld | n.TitleDay)}


def in_words(asked: Asked, as_of: date) -> str:
    """The question as the law puts it."""
    match asked:
        case n.Holds(kind, None):
            return f"持有 {kind}"
        case n.Holds(kind, _):
            return f"持有 {kind}（{asked.day(as_of)}）"
        case n.EverHeld(kind):
            return f"曾持有 {kind}"
        case n.TitleDay(what, kind):
            return f"{what} {kind}"


def question(
    asked: Asked,
    as_of: date,
    paper: Paper,
    kinds: Sequence[str] | None = None,
    is_complete: bool = False,
) -> Question:
    """The question put to each certificate. ``kinds``: what certificates that are surely of the
    kind have in their column (the kind itself, if not said); of those of a kind unknown ("")
    nothing is sure. ``is_complete``: a firm without any certificate holds none, else nobody
    knows."""
    name = in_words(asked, as_of)
    ours = tuple(kinds or (asked.kind,))
    is_ours, is_either = paper.kind.among(ours), paper.kind.among((*ours, ""))
    if isinstance(asked, n.TitleDay):
        rank, day = _of_day(asked, as_of, paper, is_ours)
        rank = when(is_either, rank, _NO)
        sure = when(is_either & rank.eq(_OPEN), day, _NO_DAY)
        return Question(
            {f"{name}·数": rank, name: sure},
            _days(column(asked, as_of), f"{name}·数", name, _NEVER if is_complete else _NO_DAY),
        )
    state = (
        _valid(asked.day(as_of), paper, when(is_ours, _YES, _OPEN))
        if isinstance(asked, n.Holds)
        else _begun(as_of, paper, when(is_ours, _YES, _OPEN))
    )
    mark = col(name, Type.SMALL)
    told = when(mark.ge(_YES), lit(True), when(mark.ge(_OPEN), _NOTHING, _NOT_HELD))
    absent = _NOT_HELD if is_complete else _NOTHING
    return Question(
        {name: when(is_either, state, _NO)},
        {column(asked, as_of): when(mark.is_null(), absent, told)},
    )


def _days(name: str, rank: str, day: str, absent: Expr) -> dict[str, Expr]:
    """Both ends of the latest day: the latest certain one, and the same above where all that
    count are certain."""
    counts, latest = col(rank, Type.SMALL), col(day, Type.INT)
    lo = when(counts.ge(_OPEN), latest, _NEVER)
    hi = when(counts.ge(_UNSURE), _NO_DAY, lo)
    return {
        f"{name}.lo": when(counts.is_null(), absent, lo),
        f"{name}.hi": when(counts.is_null(), absent, hi),
    }


def _valid(on: date, paper: Paper, yes: Expr) -> Expr:
    """Is it valid on this day, both ends counted?"""
    today, issued, until = lit(on, Type.DAY), paper.issued, paper.until
    return _first(
        (paper.is_end, _NO),
        (today.ge(paper.cancelled), _NO),
        (paper.is_backwards, _OPEN),
        (issued.gt(today) | today.gt(until), _NO),
        (issued.is_null() | until.is_null(), _OPEN),
        (paper.ended and today.ge(paper.ended), _NO),
        (paper.end_open, _OPEN),
        otherwise=yes,
    )


def _begun(on: date, paper: Paper, yes: Expr) -> Expr:
    """Was it issued on this day or before?"""
    today, issued = lit(on, Type.DAY), paper.issued
    return _first(
        (paper.is_end, _NO),
        (paper.is_backwards, _OPEN),
        (today.ge(issued), yes),
        (~issued.is_null(), _NO),
        (today.ge(paper.until), yes),
        otherwise=_OPEN,
    )


def _of_day(asked: n.TitleDay, as_of: date, paper: Paper, is_ours: Expr) -> tuple[Expr, Expr]:
    """(mark, day number where the mark says that it is sure)"""
    today = lit(as_of, Type.DAY)
    if asked.what == REVOKED:
        day, is_none = paper.cancelled, paper.cancelled.is_null()
        if paper.is_end is not None:
            day = day.coalesce(when(paper.is_end, paper.issued, lit(None, Type.DAY)))
            is_none = is_none & ~paper.is_end
        is_sure = ~day.is_null() & is_ours & ~paper.is_backwards.coalesce(lit(False))
        rank = _first((is_none | day.gt(today), _NO), (is_sure, _OPEN), otherwise=_UNSURE)
        return rank, day.ordinal()
    begun = _begun(as_of, paper, _YES)
    number = paper.issued.ordinal() if asked.what == ISSUED else _end(as_of, paper)
    is_sure = begun.eq(_YES) & ~number.is_null() & is_ours
    return _first((begun.eq(_NO), _NO), (is_sure, _OPEN), otherwise=_UNSURE), number


def _end(on: date, paper: Paper) -> Expr:
    """The last day of validity as known on this day, a number."""
    today = lit(on, Type.DAY)
    past = (
        when(today.ge(day), day.ordinal() - 1, _NO_DAY)
        for day in (paper.cancelled, paper.ended)
        if day is not None
    )
    known = ~paper.until.is_null()
    if paper.end_open is not None:
        known = known & ~paper.end_open
    return when(known, least(paper.until.ordinal(), *past), _NO_DAY)


def _first(*cases: tuple[Expr | None, Expr], otherwise: Expr) -> Expr:
    """The value of the first case that holds; there is none without a flag."""
    for flag, value in reversed(cases):
        if flag is not None:
            otherwise = when(flag, value, otherwise)
    return otherwise
