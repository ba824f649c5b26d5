"""A column as an expression of no particular engine: a small set of exact operations.

What these mean is fixed here; ``columnar.emit`` says it to Polars, ``sql.emit`` to a database.
Equal expressions are one object, so that each is computed once and compared at no cost.

=============  ==================================================================================
``col``        a column, by name
``lit``        the same value in every row; ``None`` is null
``add`` …      ``add sub mul`` of whole numbers; null with anything is null
``mod``        remainder of two numbers that are not negative
``ge gt eq``   comparisons, null where either side is
``and or not`` Kleene's, of flags that may be null
``null``       is it null? never null itself
``coalesce``   the first argument that is not null
``when``       the second where the first is true, else the third
``least`` …    ``least greatest`` of those arguments that are not null
``cast``       as another type
``ordinal``    a day as ``date.toordinal`` has it
``shift``      a day number so many months and days later (literals), within the calendar
``canonical``  the code that a text stands for (``facts.codes``), null where not understood
``starts``     does a text begin with one of these literals?
``among``      is a text one of these literals?
``div``        quotient of doubles, never asked for over 0
``truth``      of two flags: pass where the first is true, fail where the second is, else unknown
``words``      of (flag, literal) pairs: the literals of the true flags, a space between them
=============  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import IntEnum
from typing import Any

_NONE: dict[Any, Any] = {}


class Type(IntEnum):
    """What a column holds. ``SMALL``, ``INT`` and ``WIDE`` are whole numbers of at least 16,
    64 and 127 bits."""

    FLAG = 0
    SMALL = 1
    INT = 2
    WIDE = 3
    REAL = 4
    DAY = 5
    TEXT = 6


class Expr:
    """One operation on columns. ``roots`` are the names of all columns it reads, ``inner`` the
    expressions directly inside, ``branches``: there is a ``when`` in it."""

    __slots__ = ("args", "branches", "inner", "op", "roots", "type")
    op: str
    args: tuple[Any, ...]
    type: Type
    roots: frozenset[str]
    inner: tuple[Expr, ...]
    branches: bool

    def __new__(cls, op: str, args: tuple[Any, ...], type_: Type) -> Expr:
        """The one that there is already, if there is."""
        key = op, args, type_
        found = _known.get(key)
        if found is None:
            found = super().__new__(cls)
            found.op, found.args, found.type = key
            found.inner = inner = tuple([arg for arg in args if arg.__class__ is Expr])
            found.roots = frozenset(args) if op == "col" else _roots(inner)
            found.branches = op == "when" or True in [arg.branches for arg in inner]
            found = _known.setdefault(key, found)  # another thread may have been quicker
        return found

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(repr, self.args))})"

    @property
    def is_column(self) -> bool:
        return self.op == "col"

    @property
    def is_nothing(self) -> bool:
        """Null in every row."""
        return self.op == "lit" and self.args[0] is None

    def each(self, change: Callable[[Expr], Expr], done: Mapping[Any, Expr] = _NONE) -> Expr:
        """The same operation on changed arguments; ``done``: those that are changed already."""
        args = tuple([
            (done.get(arg) or change(arg)) if arg.__class__ is Expr else arg for arg in self.args
        ])  # fmt: skip
        return self if args == self.args else Expr(self.op, args, self.type)

    # ---- flags

    def __and__(self, other: Expr) -> Expr:
        return Expr("and", (self, other), Type.FLAG)

    def __or__(self, other: Expr) -> Expr:
        return Expr("or", (self, other), Type.FLAG)

    def __invert__(self) -> Expr:
        return self.args[0] if self.op == "not" else Expr("not", (self,), Type.FLAG)

    def ge(self, other: Expr) -> Expr:
        return Expr("ge", (self, other), Type.FLAG)

    def gt(self, other: Expr) -> Expr:
        return Expr("gt", (self, other), Type.FLAG)

    def eq(self, other: Expr) -> Expr:
        return Expr("eq", (self, other), Type.FLAG)

    def is_null(self) -> Expr:
        return Expr("null", (self,), Type.FLAG)

    def starts(self, prefixes: tuple[str, ...]) -> Expr:
        return Expr("starts", (self, *prefixes), Type.FLAG)

    def among(self, texts: tuple[str, ...]) -> Expr:
        return Expr("among", (self, *texts), Type.FLAG)

    # ---- numbers

    def __add__(self, other: Expr | int) -> Expr:
        return self._with("add", other)

    def __sub__(self, other: Expr | int) -> Expr:
        return self._with("sub", other)

    def __mul__(self, other: Expr | int) -> Expr:
        return self._with("mul", other)

    def __mod__(self, other: int) -> Expr:
        return self._with("mod", other)

    def __truediv__(self, other: Expr) -> Expr:
        return Expr("div", (self, other), Type.REAL)

    def _with(self, op: str, other: Expr | int) -> Expr:
        second = lit(other) if isinstance(other, int) else other
        return Expr(op, (self, second), _widest(self, second))

    def coalesce(self, other: Expr) -> Expr:
        return Expr("coalesce", (self, other), _widest(self, other))

    def cast(self, type_: Type) -> Expr:
        return self if self.type is type_ else Expr("cast", (self,), type_)

    # ---- days

    def ordinal(self) -> Expr:
        return Expr("ordinal", (self,), Type.INT)

    def shift(self, months: int, days: int) -> Expr:
        return Expr("shift", (self, months, days), Type.INT)


_NOTHING: frozenset[str] = frozenset()
_known: dict[tuple[str, tuple[Any, ...], Type], Expr] = {}
_MANY = 50_000


def _roots(inner: tuple[Expr, ...]) -> frozenset[str]:
    found = [arg.roots for arg in inner if arg.roots]
    if len(found) < 2:
        return found[0] if found else _NOTHING
    return found[0].union(*found[1:])


def forget() -> None:
    """Let go of the expressions of earlier laws, when there are many. Whoever still works on
    some would only miss that one is the same as a later one. Literals stay: modules hold some."""
    if len(_known) > _MANY:
        for key in [key for key in list(_known) if key[0] != "lit"]:
            _known.pop(key, None)


def col(name: str, type_: Type) -> Expr:
    """A column."""
    return Expr("col", (name,), type_)


def lit(value: bool | float | str | date | None, type_: Type = Type.INT) -> Expr:
    """The same value in every row."""
    return Expr("lit", (value,), Type.FLAG if isinstance(value, bool) else type_)


def canonical(text: Expr, code: str) -> Expr:
    """What a text stands for as a code of this fact."""
    return Expr("canonical", (text, code), Type.TEXT)


def when(flag: Expr, then: Expr, otherwise: Expr) -> Expr:
    """``then`` where the flag is true."""
    return Expr("when", (flag, then, otherwise), _widest(then, otherwise))


def least(*columns: Expr) -> Expr:
    """The least of those that are not null."""
    return Expr("least", columns, _widest(*columns))


def greatest(*columns: Expr) -> Expr:
    """The greatest of those that are not null."""
    return Expr("greatest", columns, _widest(*columns))


def truth(holds: Expr, fails: Expr) -> Expr:
    """A truth in one word."""
    return Expr("truth", (holds, fails), Type.TEXT)


def words(pairs: list[tuple[Expr, str]]) -> Expr:
    """The words of the flags that are true."""
    return Expr("words", tuple(x for pair in pairs for x in pair), Type.TEXT)


def _widest(first: Expr, *others: Expr) -> Type:
    found = first.type
    for other in others:
        if other.type > found:
            found = other.type
    return found
