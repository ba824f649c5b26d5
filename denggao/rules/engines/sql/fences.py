"""Where a statement is cut into methods.

Spark makes one Java method of all queries up to the end, or up to a fence (``Dialect.apart``).
Java compiles no method of more than 8,000 bytes: a larger one is interpreted, which is ten times
slower. So a fence stands before a query that would make the method too large, and a query that
is too large by itself becomes several. Queries of more than a hundred columns Spark cuts into
small methods itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from denggao.rules.engines.lowering.expr import Expr, Type
from denggao.rules.engines.lowering.plan import Kept
from denggao.rules.engines.sql.levels import Layered, Level, carrying

#: Bytes of a method, with room for what the estimate misses.
_MOST = 6_000
#: A query in several costs the planner time for each: no fewer in one.
_LEAST = 2_000
#: Bytes that an operation takes, one on decimals, a column read or handed on, and a fact with
#: what it is refused for. Measured: ``EXPLAIN CODEGEN`` tells the size of the largest method.
_OPERATION, _DECIMAL, _COLUMN, _FACT = 28, 80, 34, 150
#: Spark makes no method of more (spark.sql.codegen.maxFields).
_WIDEST = 100


def cut(layers: Layered) -> Layered:
    """The same columns, in queries small enough, with fences between these."""
    groups = [part for level in layers.levels for part in _parts(level)]
    found = carrying(groups, layers.outputs)
    return replace(found, fences=frozenset(_fences(found)))


def portions(facts: Mapping[str, str]) -> list[dict[str, str]]:
    """What is read of a table (name → text), so many in a query as make a method."""
    raw = {name: text for name, text in facts.items() if name == text}
    made = [(name, text) for name, text in facts.items() if name != text]
    if len(facts) > _WIDEST:
        return [dict(facts)]
    most = max(1, (_MOST - _COLUMN * len(facts)) // _FACT)
    found, before = [], dict(raw)
    for first in range(0, max(1, len(made)), most):
        new = dict(made[first : first + most])
        found.append({**before, **new})
        before |= {name: name for name in new}
    return found


def _parts(level: Level) -> Iterator[list[Kept]]:
    """Columns of a query in groups, each for a query of its own."""
    width = len(level.carried) + len(level.columns)
    room = max(_LEAST, _MOST - 2 * _COLUMN * width)
    group: list[Kept] = []
    size = 0
    for column in level.columns:
        bytes_ = _bytes([column.expr])
        if group and size + bytes_ > room and width <= _WIDEST:
            yield group
            group, size = [], 0
        group.append(column)
        size += bytes_
    yield group


def _fences(layers: Layered) -> Iterator[int]:
    """Numbers of the queries that end with a fence; the facts are number 0."""
    before = len(layers.inputs)
    size = _COLUMN * before + _FACT * before
    steps = [(len(x.carried) + len(x.columns), [k.expr for k in x.columns]) for x in layers.levels]
    steps.append((len(layers.outputs), list(layers.outputs.values())))
    for number, (width, exprs) in enumerate(steps):
        if max(before, width) > _WIDEST:
            size = 0
        else:
            new = _bytes(exprs)
            if size + new + _COLUMN * width > _MOST:
                yield number
                size = _COLUMN * before
            size += new
        before = width


def _bytes(exprs: Iterable[Expr]) -> int:
    found, waiting = 0, list(exprs)
    while waiting:
        expr = waiting.pop()
        if expr.op not in ("col", "lit"):
            found += _DECIMAL if expr.type is Type.WIDE else _OPERATION
            waiting += expr.inner
    return found
