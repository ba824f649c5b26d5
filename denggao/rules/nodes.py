"""The typed tree of an instrument: frozen data that engines compile, never code."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction

from denggao.facts.days import Span
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval, Number
from denggao.rules.award import Award
from denggao.rules.paper import Example as Example
from denggao.rules.paper import Manual as Manual
from denggao.rules.paper import Target as Target
from denggao.rules.paper import Task as Task
from denggao.rules.years import Year as Year  # read as nodes.Year with the rest of the tree

# ---------------------------------------------------------------- expressions


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


# ----------------------------------------------------------------- statements


class Kind(Enum):
    """What a statement is; the value is its keyword."""

    PARAMETER = "参数"
    VALUE = "数值"
    AMOUNT = "金额"
    CONDITION = "条件"
    SCORE = "评分"
    VERDICT = "结论"
    PRELIMINARY = "初判"
    DERIVATION = "推导"
    LISTING = "清单"
    WARNING = "预警"


#: Undecided between lines, these are the join of what the lines may give.
JOINED = frozenset({Kind.SCORE, Kind.AMOUNT})
ROLLS = frozenset({Kind.LISTING, Kind.WARNING})
TRUTHS = frozenset({Kind.CONDITION, Kind.VERDICT, Kind.PRELIMINARY}) | ROLLS
#: What only lists and warnings may ask: nothing here ever decides a verdict.
DATED = (EverHeld, TitleDay, Day, Later)


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a statement with cases: the first whose ``when`` holds gives ``[lo, hi]``."""

    when: Expr | None  # None: 否则
    lo: Expr
    hi: Expr
    flag: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Roll:
    """What a 清单 or 预警 says besides whom it is about: ``leads`` before its deadline, the
    longest first; ``due``, the 数值 that is the deadline; ``reasons``, conditions of which the
    first that holds is told; ``against``, a law whose countable conditions must fail; what is
    to be done."""

    leads: tuple[Span, ...] = ()
    due: str | None = None
    reasons: tuple[str, ...] = ()
    against: str | None = None
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule: either one expression or a list of cases, with the article it stands under."""

    kind: Kind
    id: str
    name: str
    cite: str
    line: int
    body: Expr | None = None
    cases: tuple[Case, ...] = ()
    maximum: Fraction | None = None  # 满分
    total: str | None = None  # 总分 of a verdict
    roll: Roll | None = None  # of a 清单 or 预警
    uses: tuple[str, ...] = field(init=False, compare=False, repr=False)
    leaves: tuple[Expr, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """``uses``: ids of the statements it reads; ``leaves``: everything else it reads."""
        inside = self.expressions()
        uses = dict.fromkeys(e.id for e in inside if isinstance(e, Ref))
        if self.roll is not None:
            uses |= dict.fromkeys([*filter(None, [self.roll.due]), *self.roll.reasons])
        leaves = dict.fromkeys(e for e in inside if not children(e) and not isinstance(e, Ref))
        object.__setattr__(self, "uses", tuple(uses))
        object.__setattr__(self, "leaves", tuple(e for e in leaves if not isinstance(e, Num)))

    @property
    def is_truth(self) -> bool:
        return self.kind in TRUTHS

    def values(self) -> list[Expr]:
        """Every expression that may give its result."""
        return [v for c in self.cases for v in (c.lo, c.hi)] if self.body is None else [self.body]

    def expressions(self) -> list[Expr]:
        """Every expression in the statement, each with all inside it."""
        roots = [] if self.body is None else [self.body]
        for case in self.cases:
            roots += [case.when] if case.when is not None else []
            roots += [case.lo] if case.lo is case.hi else [case.lo, case.hi]
        return [inner for root in roots for inner in walk(root)]


@dataclass(frozen=True, slots=True)
class Reading:
    """读法: an ambiguity of the text and the ways to read it; the first is our default."""

    id: str
    name: str
    cite: str
    options: tuple[tuple[str, str], ...]  # option, explanation

    @property
    def default(self) -> str:
        return self.options[0][0]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one time of an action does to one fact: it grows by ``add`` (``monthly``: by that
    much a full year, in proportion to the months left), or becomes ``to`` unless it is better
    already. The year is ``THIS`` (fiscal years still open), ``WINDOW`` (closed ones too: what
    was done and only not counted), or none."""

    fact: FactRef
    add: Number | None = None
    to: Interval | bool | None = None
    monthly: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """A time as the text gives it: from ``lo`` to ``hi`` of 天 or 个月."""

    lo: int
    hi: int
    unit: str


@dataclass(frozen=True, slots=True)
class Action:
    """行动: what a firm can do about a gap. Judging ignores it, planning chooses among them.

    ``cost`` is for each time, in 元, ``None`` where nobody knows; ``fixed`` once, however
    often. ``limit``: at most so many times, or so much of what the first effect adds to.
    ``in_year``: so many days of the fiscal year must be left when it is done. ``needs`` must
    hold beforehand. ``sources``: (is it an estimate, text).
    """

    id: str
    name: str
    cite: str
    line: int
    effects: tuple[Effect, ...]
    lead: Lead
    cost: Interval | None
    fixed: Interval
    limit: Expr | None
    in_year: int
    needs: Expr | None
    sources: tuple[tuple[bool, str], ...]
    year: Year | None = field(init=False, compare=False, repr=False)
    by_day: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """``year``: which fiscal years it is done for, ``None`` if its facts have none;
        ``by_day``: what is asked of it may turn with the day of application."""
        years = (e.fact.year for e in self.effects if e.fact.year is not None)
        object.__setattr__(self, "year", next(years, None))
        dated = Age | Holds | EverHeld | TitleDay | Day | Ref
        by_day = any(isinstance(e, dated) for e in self.expressions())
        object.__setattr__(self, "by_day", by_day)

    def expressions(self) -> list[Expr]:
        """Every expression in it, each with all inside it."""
        return [e for root in (self.limit, self.needs) if root is not None for e in walk(root)]


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """A legal text that runs. ``statements`` are in an order in which each can be computed."""

    name: str
    short: str
    documents: tuple[str, ...]
    region: str
    valid_from: date
    valid_to: date | None
    case_date: date
    path: str
    statements: dict[str, Statement]
    derivations: dict[str, Statement]
    components: dict[str, frozenset[str]]  # derived fact → every fact it can come from
    readings: tuple[Reading, ...]
    manuals: tuple[Manual, ...]
    examples: tuple[Example, ...]
    actions: tuple[Action, ...] = ()
    targets: tuple[Target, ...] = ()
    tasks: tuple[Task, ...] = ()
    by_default: bool = True  # taken by a screening that names no law
    awards: tuple[Award, ...] = ()
    award_examples: tuple[Example, ...] = ()
    draft: bool = False  # 征求意见稿: its awards are never paid

    @property
    def version(self) -> str:
        return f"{self.documents[0]}@{self.valid_from.isoformat()}"

    @property
    def verdict(self) -> Statement:
        """Its 结论. Raises UserError for a text that has none and so judges nobody."""
        found = (s for s in self.statements.values() if s.kind is Kind.VERDICT)
        verdict = next(found, None)
        if verdict is None:
            raise UserError(f"《{self.short}》没有“结论”一条，不能用来判企业")
        return verdict

    @property
    def rolls(self) -> list[Statement]:
        """Its 清单 and 预警, as the text has them."""
        found = (s for s in self.statements.values() if s.kind in ROLLS)
        return sorted(found, key=lambda s: s.line)

    @property
    def preliminary(self) -> Statement | None:
        found = (s for s in self.statements.values() if s.kind is Kind.PRELIMINARY)
        return next(found, None)

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def chosen(self, readings: dict[str, str] | None = None) -> dict[str, str]:
        """Reading id → option in use, defaults where nothing was chosen."""
        return {r.id: (readings or {}).get(r.id, r.default) for r in self.readings}
