"""Expressions of an instrument: frozen data that engines compile, never code."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date

from denggao.facts.days import Span
from denggao.facts.interval import Interval, Number
from denggao.rules.years import Year


@dataclass(frozen=True, slots=True)
class Num:
    """A literal. ``unit`` is 元 人 项 分 天, ``%`` for a ratio, or empty for a bare number."""

    value: Number
    unit: str
    interval: Interval = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "interval", Interval(self.value, self.value))


@dataclass(frozen=True, slots=True)
class FactRef:
    """A fact of the catalogue; ``WINDOW`` of a number is the sum over the operated years."""

    code: str
    year: Year | None = None


@dataclass(frozen=True, slots=True)
class Age:
    """成立天数: calendar days from founding to application."""


@dataclass(frozen=True, slots=True)
class OperatedYears:
    """经营年数: how many of the last three fiscal years the enterprise existed in (0–3)."""


@dataclass(frozen=True, slots=True)
class TaxYear:
    """纳税年度: the fiscal year before the day, whose accounts are settled, as a number."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The result of another statement."""

    id: str


@dataclass(frozen=True, slots=True)
class Arith:
    """Sum, difference, product or quotient."""

    op: str  # + − × ÷
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Extreme:
    """取小, 取大: the least or greatest of several."""

    op: str  # 取小 取大
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class WindowLeast:
    """The smallest yearly value among the operated years of the last three."""

    code: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison; ``refs`` are the statements named anywhere inside it."""

    op: str  # ≥ ≤ > < = ≠
    left: Expr
    right: Expr
    refs: tuple[str, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        inside = [*walk(self.left), *walk(self.right)]
        object.__setattr__(self, "refs", tuple(e.id for e in inside if isinstance(e, Ref)))


@dataclass(frozen=True, slots=True)
class All:
    """且: Kleene's and."""

    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """或: Kleene's or."""

    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """非."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class Missing:
    """缺报: in some operated year neither stated nor derivable within bounds. Never unknown."""

    fact: FactRef


@dataclass(frozen=True, slots=True)
class Classified:
    """已归类: the code is an item of the national technical fields; no code is unknown."""

    code: str


@dataclass(frozen=True, slots=True)
class Holds:
    """持有: a title of this kind is valid on the day, or on the last day of a fiscal year; no
    list of titles is unknown."""

    kind: str
    year: Year | None = None

    def day(self, as_of: date) -> date:
        """The day on which the title must be valid."""
        return date(self.year.years(as_of.year)[0], 12, 31) if self.year else as_of


@dataclass(frozen=True, slots=True)
class EverHeld:
    """曾持有: a title of this kind was issued by the day, valid still or not."""

    kind: str


@dataclass(frozen=True, slots=True)
class TitleDay:
    """末次发证, 末次到期, 末次取消: a day of the firm's titles of this kind, as a number of days
    (``date.toordinal``); unknown where there is none."""

    what: str  # of titles.DAYS
    kind: str


@dataclass(frozen=True, slots=True)
class Day:
    """申请日, or a month and day of the year of application or of a fiscal year before it."""

    month: int = 0  # 0: 申请日
    day: int = 0
    year: Year | None = None

    def on(self, as_of: date) -> date:
        """The day meant; 29 February of a common year is the 28th."""
        if not self.month:
            return as_of
        year = self.year.years(as_of.year)[0] if self.year else as_of.year
        last = monthrange(year, self.month)[1]
        return date(year, self.month, min(self.day, last))


@dataclass(frozen=True, slots=True)
class Later:
    """满: the day on which ``span`` after another day is full (a span below 0: before it)."""

    day: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Within:
    """属于: the code (of an industry, of a place) begins with one of these; a code that is
    missing, not understood or too coarse to tell is unknown."""

    code: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adopted:
    """采用: this option of a reading is the one chosen. Never unknown."""

    option: str


@dataclass(frozen=True, slots=True)
class Pending:
    """待核实: always unknown."""


Expr = (
    Num
    | FactRef
    | Age
    | OperatedYears
    | TaxYear
    | Ref
    | Arith
    | Extreme
    | WindowLeast
    | Compare
    | All
    | AnyOf
    | Not
    | Missing
    | Classified
    | Holds
    | EverHeld
    | TitleDay
    | Day
    | Later
    | Within
    | Adopted
    | Pending
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside this one."""
    match expr:
        case Arith(_, left, right) | Compare(_, left, right):
            return (left, right)
        case Extreme(_, args) | All(args) | AnyOf(args):
            return args
        case Not(arg) | Later(arg, _):
            return (arg,)
        case Missing(fact):
            return (fact,)
        case _:
            return ()


def walk(expr: Expr) -> list[Expr]:
    """This expression and all inside it, outermost first."""
    found: list[Expr] = [expr]
    for inner in children(expr):
        found += walk(inner)
    return found
