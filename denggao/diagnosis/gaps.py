"""差距: what a failing or open condition lacks, read from the rule's own structure.

A condition that is 且 and 或 of comparisons and yes/no facts becomes a list of *ways* to meet
it, each a set of *lacks* that must all be made good, the fewest first. A condition on points
comes with the items of the score that can still move. Amounts are exact; a person is shown
them rounded up, never down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import product

from denggao.facts import interval as iv
from denggao.facts.catalogue import catalogue
from denggao.facts.interval import ZERO, Interval, Truth
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.shape import has_gap, quotient_of

MAX_WAYS = 24


class How(Enum):
    """In which manner something has to change."""

    MORE = "还差"  # a number must grow by ``amount``
    LESS = "超出"  # … must fall by ``amount``
    POINTS = "还差得分"
    WAIT = "还要等"  # days go by themselves
    REACH = "要达到"  # a value that no single fact moves in a straight line
    YES = "要有"
    NO = "不能有"
    TITLE = "要持有"
    NO_TITLE = "不能持有"
    CODE = "要归类"
    REVIEW = "要核实"


@dataclass(frozen=True, slots=True)
class Lack:
    """``expr`` is what must change, ``keys`` the facts that it is read from, ``amount`` by how
    much (in ``unit``; ``None`` where there is no such number). ``target`` is what a value that
    cannot be counted must reach. ``is_open``: it may hold already, nobody knows. ``atom`` as
    the rule has it, and the truth ``want`` that it must come to."""

    how: How
    atom: n.Expr
    want: bool
    expr: n.Expr
    keys: tuple[str, ...]
    is_open: bool
    unit: str = ""
    amount: Interval | None = None
    now: Interval | None = None
    target: n.Compare | None = None


Way = tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Points that an item would give, and what that takes."""

    points: Interval
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """An item of a score that can still rise: from ``now`` to at most ``best``."""

    statement: n.Statement
    now: Interval
    best: Interval
    keys: tuple[str, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A condition that fails (``truth`` False) or is open: the ways to meet it, fewest lacks
    first, and, if it asks for points, the items that can move them."""

    statement: n.Statement
    truth: Truth
    ways: tuple[Way, ...]
    moves: tuple[Move, ...] = ()


def gaps(run: Evaluation, goal: str | None = None) -> tuple[Gap, ...]:
    """What the conditions joined by ``goal`` (the verdict, unless another is named) lack."""
    verdict = run.instrument.statements[goal] if goal else run.instrument.verdict
    found = [gap_of(run, run.instrument.statements[id_]) for id_ in conditions_of(verdict)]
    return tuple(gap for gap in found if gap.truth is not True)


def conditions_of(goal: n.Statement) -> tuple[str, ...]:
    """The conditions that a verdict joins by 且; of 或, all of them."""
    return goal.uses


def gap_of(run: Evaluation, condition: n.Statement) -> Gap:
    """What one condition lacks; no ways where it holds."""
    truth = run.result(condition.id).truth
    if truth is True or condition.body is None:
        return Gap(condition, truth, ())
    body = condition.body
    found = [way for way in ways(run, body) if _stands(run, body, way)]
    scored = dict.fromkeys(
        lack.expr.id
        for way in found
        for lack in way
        if lack.how is How.POINTS and isinstance(lack.expr, n.Ref)
    )
    moved = {move.statement.id: move for id_ in scored for move in moves(run, id_)}
    return Gap(condition, truth, tuple(found), tuple(moved.values()))


# -------------------------------------------------------------------- truths → ways


def ways(run: Evaluation, expr: n.Expr, want: bool = True) -> list[Way]:
    """The ways to make ``expr`` come out as ``want``; one empty way if it does already, none
    if nothing the firm does can. Fewest lacks first, certain ones before open ones."""
    if run.truth(expr) is want:
        return [()]
    match expr:
        case n.Not(arg):
            return ways(run, arg, not want)
        case n.All(args):
            return _joined(run, args, want) if want else _either(run, args, want)
        case n.AnyOf(args):
            return _either(run, args, want) if want else _joined(run, args, want)
        case n.Ref(id_):
            body = run.instrument.statements[id_].body
            return ways(run, body, want) if body is not None else []
        case n.Adopted() | n.Missing():
            return []
        case n.Compare():
            return [(_compared(run, expr, want),)]
    return [(_plain(run, expr, want),)]


def _stands(run: Evaluation, body: n.Expr, way: Way) -> bool:
    """Making these good must not undo what holds now: 「甲 或 乙，且 非 乙」 is not met by 乙."""
    made = {lack.atom: lack.want for lack in way}
    return len(made) == len(way) and _truth_if(run, body, made) is not False


def _truth_if(run: Evaluation, expr: n.Expr, made: Mapping[n.Expr, bool]) -> Truth:
    if expr in made:
        return made[expr]
    match expr:
        case n.Not(arg):
            truth = _truth_if(run, arg, made)
            return None if truth is None else not truth
        case n.All(args) | n.AnyOf(args):
            truths = {_truth_if(run, arg, made) for arg in args}
            decides = isinstance(expr, n.AnyOf)
            return decides if decides in truths else None if None in truths else not decides
        case n.Ref(id_) if (body := run.instrument.statements[id_].body) is not None:
            return _truth_if(run, body, made)
    return run.truth(expr)


def _joined(run: Evaluation, args: Iterable[n.Expr], want: bool) -> list[Way]:
    parts = [ways(run, arg, want) for arg in args]
    found = (
        tuple(dict.fromkeys(lack for way in combination for lack in way))
        for combination in product(*parts)
    )
    return _best(found)


def _either(run: Evaluation, args: Iterable[n.Expr], want: bool) -> list[Way]:
    return _best(way for arg in args for way in ways(run, arg, want))


def _best(found: Iterable[Way]) -> list[Way]:
    kept = list(dict.fromkeys(found))
    kept.sort(key=lambda way: (len(way), sum(lack.is_open for lack in way)))
    return kept[:MAX_WAYS]


def _plain(run: Evaluation, expr: n.Expr, want: bool) -> Lack:
    how = How.YES if want else How.NO
    match expr:
        case n.Holds():
            how = How.TITLE if want else How.NO_TITLE
        case n.Classified() | n.Within():
            how = How.CODE
        case n.Pending():
            how = How.REVIEW
    return Lack(how, expr, want, expr, tuple(run.keys(expr)), run.truth(expr) is None)


_OPPOSITE = {"≥": "<", ">": "≤", "≤": ">", "<": "≥", "=": "≠", "≠": "="}
_MIRRORED = {"≤": "≥", "<": ">"}


def _denied(expr: n.Compare) -> n.Compare:
    return kept(n.Compare(_OPPOSITE[expr.op], expr.left, expr.right))


@cache
def kept(expr: n.Compare) -> n.Compare:
    """One and the same object for equal comparisons: engines remember their shapes."""
    return expr


# ---------------------------------------------------------------------- comparisons


def _compared(run: Evaluation, atom: n.Compare, want: bool) -> Lack:
    """How far a comparison is from holding, in the unit of the one thing that can change."""
    is_open = run.truth(atom) is None
    expr = atom if want else _denied(atom)
    expr = kept(n.Compare(expr.op, written_out(run, expr.left), written_out(run, expr.right)))
    left, now = expr.left, run.number(expr.left)
    keys = tuple(dict.fromkeys(key for e in n.walk(left) for key in run.keys(e)))
    if isinstance(left, n.Ref) and run.instrument.statements[left.id].kind is n.Kind.SCORE:
        amount = run.gap(expr, None)
        return Lack(How.POINTS, atom, want, left, keys, is_open, "分", amount, now, expr)
    if isinstance(left, n.Age) and expr.op in ("≥", ">"):
        keys, amount = ("established_on",), run.gap(expr, None)
        return Lack(How.WAIT, atom, want, left, keys, is_open, "天", amount, now, expr)
    if has_gap(expr, run.instrument.statements):
        part, keys, unit = _counted(run, expr)
        amount = run.gap(expr, None)
        return Lack(How.MORE, atom, want, part, keys, is_open, unit, amount, now, expr)
    if expr.op in _MIRRORED and _is_countable(run, expr):
        part, keys, unit = _counted(run, expr)
        return Lack(How.LESS, atom, want, part, keys, is_open, unit, _surplus(run, expr), now, expr)
    return Lack(How.REACH, atom, want, left, keys, is_open, "", None, now, expr)


def _is_countable(run: Evaluation, expr: n.Compare) -> bool:
    return has_gap(kept(n.Compare("≥", expr.left, expr.right)), run.instrument.statements)


def _surplus(run: Evaluation, expr: n.Compare) -> Interval | None:
    """How much the left-hand fact (of a quotient, its numerator) must fall for ≤ or <."""
    left, target = expr.left, run.number(expr.right)
    quotient = quotient_of(left, run.instrument.statements)
    if quotient is not None:
        left, target = quotient[0], iv.multiply(target, run.number(quotient[1]))
    need = iv.subtract(run.number(left), target)
    step = 0 if expr.op == "≤" else run.step(left)
    lo = 0 if need.lo is None else max(0, need.lo + step)
    return Interval(lo, None if need.hi is None else max(0, need.hi + step))


def _counted(run: Evaluation, expr: n.Compare) -> tuple[n.Expr, tuple[str, ...], str]:
    """What can be had more or less of (of a quotient, its numerator), its facts, its unit."""
    what = expr.left
    quotient = quotient_of(what, run.instrument.statements)
    what = what if quotient is None else quotient[0]
    leaves = [e for e in n.walk(what) if isinstance(e, n.FactRef | n.WindowLeast)]
    keys = tuple(dict.fromkeys(key for leaf in leaves for key in run.keys(leaf)))
    return what, keys, catalogue()[leaves[0].code].unit if leaves else ""


def written_out(run: Evaluation, expr: n.Expr) -> n.Expr:
    """A named value in place of its name: its formula, or that of the line that holds."""
    if not isinstance(expr, n.Ref):
        return expr
    statement = run.instrument.statements[expr.id]
    if statement.kind not in (n.Kind.VALUE, n.Kind.AMOUNT) or statement.id in run.given:
        return expr
    if statement.body is not None:
        return written_out(run, statement.body)
    possible, certain = run.possible(statement)
    return written_out(run, possible[0].lo) if certain else expr


# ---------------------------------------------------------------------------- scores


def moves(run: Evaluation, total: str) -> tuple[Move, ...]:
    """The items of a score that are not yet at their best."""
    found = (_move(run, item) for item in items_of(run, total))
    return tuple(m for m in found if m.now != m.best and m.best.hi != 0)


def items_of(run: Evaluation, total: str) -> list[n.Statement]:
    """The scores that a total is made of, down to those that are judged by themselves."""
    statement = run.instrument.statements[total]
    below = _scores_named(run, statement)
    if not below:
        return [statement]
    found = [item for id_ in below for item in items_of(run, id_)]
    return list({item.id: item for item in found}.values())


def _scores_named(run: Evaluation, statement: n.Statement) -> list[str]:
    """The scores it only adds up, or hands on by the line that holds."""
    if not _names_scores(run.instrument, statement.id):
        return []
    if statement.body is not None:
        inside = n.walk(statement.body)
    else:
        possible, certain = run.possible(statement)
        inside = [possible[0].lo] if certain and isinstance(possible[0].lo, n.Ref) else []
    statements = run.instrument.statements
    named = [e.id for e in inside if isinstance(e, n.Ref)]
    return [id_ for id_ in named if statements[id_].kind is n.Kind.SCORE]


@cache
def _names_scores(instrument: n.Instrument, id_: str) -> bool:
    uses = instrument.statements[id_].uses
    return any(instrument.statements[other].kind is n.Kind.SCORE for other in uses)


def _move(run: Evaluation, item: n.Statement) -> Move:
    result = run.result(item.id)
    now = result.value or ZERO
    spread = [_points(run, case) for case in item.cases] or [_domain(run, item)]
    top = max(spread, key=lambda points: (points.hi or 0, points.lo or 0))
    limit = item.maximum if item.maximum is not None else top.hi
    best = iv.least([top, iv.point(limit or 0)])
    return Move(item, now, best, _keys(run, item), _bands(run, item, spread, now))


def _bands(
    run: Evaluation, item: n.Statement, spread: list[Interval], now: Interval
) -> tuple[Band, ...]:
    """The lines that give more than now, each number of points once (the last line that gives
    it asks for least)."""
    found: dict[Interval, Band] = {}
    for case, points in zip(item.cases, spread, strict=False):
        if case.when is not None and (points.hi or 0) > (now.hi or 0):
            able = tuple(ways(run, case.when))
            if able:
                found[points] = Band(points, able)
    return tuple(found.values())


def _points(run: Evaluation, case: n.Case) -> Interval:
    return Interval(run.number(case.lo).lo, run.number(case.hi).hi)


def _domain(run: Evaluation, item: n.Statement) -> Interval:
    """What a judged item may come to at best: the top of its fact's domain."""
    facts = [leaf for leaf in item.leaves if isinstance(leaf, n.FactRef)]
    tops = [catalogue()[fact.code].hi for fact in facts]
    best = sum(top for top in tops if top is not None)
    return iv.point(best) if tops and None not in tops else run.result(item.id).value or ZERO


def _keys(run: Evaluation, item: n.Statement) -> tuple[str, ...]:
    """The facts behind an item, through the values that it names."""
    keys: dict[str, None] = {}
    waiting = [item]
    while waiting:
        statement = waiting.pop(0)
        keys |= dict.fromkeys(key for leaf in statement.leaves for key in run.keys(leaf))
        waiting += [run.instrument.statements[id_] for id_ in statement.uses]
    return tuple(keys)
