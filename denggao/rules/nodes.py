"""The typed tree of an instrument: frozen data that engines compile, never code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction

from denggao.facts.days import Span
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval, Number
from denggao.rules.award import Award

# read as nodes.Num, nodes.Year … with the rest of the tree
from denggao.rules.expressions import Adopted as Adopted
from denggao.rules.expressions import Age as Age
from denggao.rules.expressions import All as All
from denggao.rules.expressions import AnyOf as AnyOf
from denggao.rules.expressions import Arith as Arith
from denggao.rules.expressions import Classified as Classified
from denggao.rules.expressions import Compare as Compare
from denggao.rules.expressions import Day as Day
from denggao.rules.expressions import EverHeld as EverHeld
from denggao.rules.expressions import Expr as Expr
from denggao.rules.expressions import Extreme as Extreme
from denggao.rules.expressions import FactRef as FactRef
from denggao.rules.expressions import Holds as Holds
from denggao.rules.expressions import Later as Later
from denggao.rules.expressions import Missing as Missing
from denggao.rules.expressions import Not as Not
from denggao.rules.expressions import Num as Num
from denggao.rules.expressions import OperatedYears as OperatedYears
from denggao.rules.expressions import Pending as Pending
from denggao.rules.expressions import Ref as Ref
from denggao.rules.expressions import TaxYear as TaxYear
from denggao.rules.expressions import TitleDay as TitleDay
from denggao.rules.expressions import WindowLeast as WindowLeast
from denggao.rules.expressions import Within as Within
from denggao.rules.expressions import children as children
from denggao.rules.expressions import walk as walk
from denggao.rules.paper import Example as Example
from denggao.rules.paper import Manual as Manual
from denggao.rules.paper import Target as Target
from denggao.rules.paper import Task as Task
from denggao.rules.years import Year as Year

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
    def judges(self) -> bool:
        """Has it a 结论? Awards, lists and plans have none."""
        return any(s.kind is Kind.VERDICT for s in self.statements.values())

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
