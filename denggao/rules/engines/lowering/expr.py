"""A column as an expression of no particular engine: a small set of exact operations.

What these mean is fixed here; ``columnar.emit`` says it to Polars, ``sql.emit`` to a database.
Equal expressions are one object, so that each is computed once and compared at no cost. The
operations below make the shortest form of a meaning at once: what can never be null needs no care
for nulls, and what is the same in every row no operation.

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
``least`` …    ``least greatest`` of those of two arguments that are not null
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
from functools import lru_cache, reduce
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


#: Looked up once: a member of an enumeration is found by a call, in Python 3.11.
_FLAG, _INT, _REAL = Type.FLAG, Type.INT, Type.REAL


class Expr:
    """One operation on columns, as it stands. ``inner`` are the expressions directly inside;
    ``constant``: it reads no column, ``nullable``: it may be null in some row."""

    __slots__ = ("_roots", "args", "constant", "inner", "nullable", "op", "type")
    op: str
    args: tuple[Any, ...]
    type: Type
    inner: tuple[Expr, ...]
    constant: bool
    nullable: bool
    _roots: frozenset[str] | None

    def __new__(cls, op: str, args: tuple[Any, ...], type_: Type) -> Expr:
        """The one that there is already, if there is."""
        key = op, args, type_
        found = _known.get(key)
        if found is None:
            found = super().__new__(cls)
            found.op, found.args, found.type = key
            found.inner = inner = tuple([arg for arg in args if arg.__class__ is Expr])
            found.constant = op != "col" and False not in [arg.constant for arg in inner]
            found._roots = frozenset(args[:1]) if op == "col" else None
            found.nullable = _may_be_null(op, args, inner)
            found = _known.setdefault(key, found)  # another thread may have been quicker
        return found

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(repr, self.args))})"

    @property
    def roots(self) -> frozenset[str]:
        """The names of all columns it reads."""
        if self._roots is None:
            self._roots = frozenset().union(*[arg.roots for arg in self.inner])
        return self._roots

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
        return self if args == self.args else made(self.op, args, self.type)

    # ---- flags

    def __and__(self, other: Expr) -> Expr:
        return _and("and", (self, other), _FLAG)

    def __or__(self, other: Expr) -> Expr:
        return _or("or", (self, other), _FLAG)

    def __invert__(self) -> Expr:
        return _not("not", (self,), _FLAG)

    def ge(self, other: Expr) -> Expr:
        return Expr("ge", (self, other), _FLAG)

    def gt(self, other: Expr) -> Expr:
        return Expr("gt", (self, other), _FLAG)

    def eq(self, other: Expr) -> Expr:
        return Expr("eq", (self, other), _FLAG)

    def is_null(self) -> Expr:
        return Expr("null", (self,), _FLAG) if self.nullable else FALSE

    def starts(self, prefixes: tuple[str, ...]) -> Expr:
        return Expr("starts", (self, *prefixes), _FLAG)

    def among(self, texts: tuple[str, ...]) -> Expr:
        return Expr("among", (self, *texts), _FLAG)

    # ---- numbers

    def __add__(self, other: Expr | int) -> Expr:
        return self._with("add", other)

    def __sub__(self, other: Expr | int) -> Expr:
        return self._with("sub", other)

    def __mul__(self, other: Expr | int) -> Expr:
        return self._with("mul", other)

    def __mod__(self, other: int) -> Expr:
        return Expr("mod", (self, lit(other)), self.type)

    def __truediv__(self, other: Expr) -> Expr:
        return Expr("div", (self, other), _REAL)

    def _with(self, op: str, other: Expr | int) -> Expr:
        second = lit(other) if isinstance(other, int) else other
        return _arithmetic(op, (self, second), _widest(self, second))

    def coalesce(self, other: Expr) -> Expr:
        return _coalesce("coalesce", (self, other), _widest(self, other))

    def cast(self, type_: Type) -> Expr:
        return self if self.type is type_ else Expr("cast", (self,), type_)

    # ---- days

    def ordinal(self) -> Expr:
        return Expr("ordinal", (self,), _INT)

    def shift(self, months: int, days: int) -> Expr:
        return Expr("shift", (self, months, days), _INT)


_known: dict[tuple[str, tuple[Any, ...], Type], Expr] = {}
_MANY = 50_000


_EXTREMES = frozenset({"least", "greatest"})


def _may_be_null(op: str, args: tuple[Any, ...], inner: tuple[Expr, ...]) -> bool:
    match op:
        case "lit":
            return args[0] is None
        case "col":
            return len(args) == 1
        case "null" | "truth" | "words":
            return False
        case "canonical":
            return True
        case "coalesce" | "least" | "greatest":
            return False not in [arg.nullable for arg in inner]
        case "when":
            return inner[1].nullable or inner[2].nullable
    return True in [arg.nullable for arg in inner]


def forget() -> None:
    """Let go of the expressions of earlier laws, when there are many. Whoever still works on
    some would only miss that one is the same as a later one. Literals stay: modules hold some."""
    if len(_known) > _MANY:
        for key in [key for key in list(_known) if key[0] != "lit"]:
            _known.pop(key, None)


def col(name: str, type_: Type, *, nullable: bool = True) -> Expr:
    """A column."""
    return Expr("col", (name,) if nullable else (name, "never null"), type_)


@lru_cache(maxsize=None, typed=True)  # 1 is not True
def lit(value: bool | float | str | date | None, type_: Type = _INT) -> Expr:
    """The same value in every row."""
    return Expr("lit", (value,), _FLAG if isinstance(value, bool) else type_)


TRUE, FALSE = lit(True), lit(False)


def canonical(text: Expr, code: str) -> Expr:
    """What a text stands for as a code of this fact."""
    return Expr("canonical", (text, code), Type.TEXT)


def when(flag: Expr, then: Expr, otherwise: Expr) -> Expr:
    """``then`` where the flag is true."""
    return _when("when", (flag, then, otherwise), _widest(then, otherwise))


def least(*columns: Expr) -> Expr:
    """The least of those that are not null."""
    return reduce(_lesser, columns)


def greatest(*columns: Expr) -> Expr:
    """The greatest of those that are not null."""
    return reduce(_greater, columns)


def _lesser(a: Expr, b: Expr) -> Expr:
    return _extreme("least", (a, b), _widest(a, b))


def _greater(a: Expr, b: Expr) -> Expr:
    return _extreme("greatest", (a, b), _widest(a, b))


def truth(holds: Expr, fails: Expr) -> Expr:
    """A truth in one word."""
    return Expr("truth", (holds, fails), Type.TEXT)


def words(pairs: list[tuple[Expr, str]]) -> Expr:
    """The words of the flags that are true."""
    return Expr("words", tuple(x for pair in pairs for x in pair), Type.TEXT)


def turned(more: Expr) -> Expr:
    """a > b is not b ≥ a: what says that a condition holds tells of its failing too."""
    a, b = more.inner
    return b.ge(a)


def _widest(a: Expr, b: Expr) -> Type:
    return b.type if b.type > a.type else a.type


# ------------------------------------------------------------------ shortest forms

Args = tuple[Expr, ...]


def made(op: str, args: tuple[Any, ...], type_: Type) -> Expr:
    """The operation on these arguments, in its shortest form."""
    return _SHORTEST.get(op, Expr)(op, args, type_)


def _and(op: str, args: Args, type_: Type) -> Expr:
    a, b = args
    if a is FALSE or b is FALSE:
        return FALSE
    if a is TRUE or a is b:
        return b
    return a if b is TRUE else Expr(op, args, type_)


def _or(op: str, args: Args, type_: Type) -> Expr:
    a, b = args
    if a is TRUE or b is TRUE:
        return TRUE
    if a is FALSE or a is b:
        return b
    return a if b is FALSE else Expr(op, args, type_)


def _not(op: str, args: Args, type_: Type) -> Expr:
    (flag,) = args
    if flag.op == "not":
        return flag.inner[0]
    return FALSE if flag is TRUE else TRUE if flag is FALSE else Expr(op, args, type_)


def _null(op: str, args: Args, type_: Type) -> Expr:
    return Expr(op, args, type_) if args[0].nullable else FALSE


def _coalesce(op: str, args: Args, type_: Type) -> Expr:
    first, second = args
    if not first.nullable:
        return first.cast(type_)
    return second.cast(type_) if first.is_nothing else Expr(op, args, type_)


def _when(op: str, args: Args, type_: Type) -> Expr:
    flag, then, otherwise = args
    if flag.op == "coalesce" and flag.args[1] is FALSE:  # a null counts as false anyway
        return _when(op, (flag.inner[0], then, otherwise), type_)
    if flag is TRUE or then is otherwise:
        return then.cast(type_)
    if flag is FALSE or flag.is_nothing:
        return otherwise.cast(type_)
    if flag.op == "not" and not flag.nullable:
        return _when(op, (flag.inner[0], otherwise, then), type_)
    if then.op == "when" and then.inner[2] is otherwise:  # f ? (g ? x : c) : c
        return _when(op, (flag & then.inner[0], then.inner[1], otherwise), type_)
    if flag.op == "null" and otherwise.op in _EXTREMES and then.is_nothing:
        x, bound = otherwise.inner
        if x is flag.inner[0] and bound.op == "lit":  # x with a bound, null where x is
            return when(x.gt(bound) if otherwise.op == "least" else bound.gt(x), bound, x)
    return Expr(op, args, type_)


def _extreme(op: str, args: Args, type_: Type) -> Expr:
    """Of two; a literal on the right."""
    a, b = args
    if a is b or b.is_nothing:
        return a.cast(type_)
    if a.is_nothing:
        return b.cast(type_)
    if a.op != "lit":
        return Expr(op, args, type_)
    if b.op != "lit":
        return Expr(op, (b, a), type_)
    return lit((min if op == "least" else max)(a.args[0], b.args[0]), type_)


def _arithmetic(op: str, args: Args, type_: Type) -> Expr:
    """Literals are computed here: a database might do so in 32 bits."""
    first, second = args
    a = first.args[0] if first.op == "lit" else _OPEN
    b = second.args[0] if second.op == "lit" else _OPEN
    if a is None or b is None:
        return lit(None, type_)
    if isinstance(a, int) and isinstance(b, int):
        return lit(_EXACTLY[op](a, b), type_)
    if type_ is _REAL:
        return Expr(op, args, type_)
    if op != "mul":
        return _signed(op, args, type_)
    if 0 in (a, b) and not (first.nullable or second.nullable):
        return lit(0, type_)
    if isinstance(a, int):
        first, b = second, a
    return _times(first, b, type_) if isinstance(b, int) else Expr(op, args, type_)


def _times(x: Expr, factor: int, type_: Type) -> Expr:
    """(x × 2) × 3 is x × 6, x × 1 is x."""
    if x.op == "mul" and x.args[1].op == "lit":
        return _times(x.inner[0], x.args[1].args[0] * factor, type_)
    return x.cast(type_) if factor == 1 else Expr("mul", (x, lit(factor)), type_)


def _signed(op: str, args: Args, type_: Type) -> Expr:
    """a + b × −5 is a − b × 5."""
    a, b = args
    if op == "add" and _factor(a) < 0:
        a, b = b, a
    factor = _factor(b)
    if factor >= 0:
        return Expr(op, args, type_)
    turned = _times(b.inner[0], -factor, b.type)
    return Expr("sub" if op == "add" else "add", (a, turned), type_)


def _factor(x: Expr) -> int:
    found: int = x.args[1].args[0] if x.op == "mul" and x.args[1].op == "lit" else 1
    return found


_OPEN = object()
_EXACTLY: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
}
_SHORTEST: dict[str, Callable[[str, Args, Type], Expr]] = {
    "add": _arithmetic,
    "sub": _arithmetic,
    "mul": _arithmetic,
    "coalesce": _coalesce,
    "null": _null,
    "not": _not,
    "and": _and,
    "or": _or,
    "when": _when,
    "least": _extreme,
    "greatest": _extreme,
}
