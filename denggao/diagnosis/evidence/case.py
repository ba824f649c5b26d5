"""What a firm would file: IP, research activities (RD), products (PS), 成果, people and money.

Amounts are whole 分, days ``datetime.date``; ``row`` is the row of the sheet that said it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

#: 国科发火〔2016〕195号: Ⅰ类; everything else that the list allows is Ⅱ类, usable once.
CLASS1 = (
    *("发明专利（非国防专利）", "发明专利（国防专利）", "植物新品种", "国家级农作物品种"),
    *("国家新药", "国家一级中药保护品种", "集成电路布图设计专有权"),
)
CLASS2 = ("实用新型专利", "外观设计专利", "软件著作权")
#: Lines of 研究开发费用结构明细表, internal ones first.
INTERNAL = (
    *("labor", "direct", "depreciation", "amortization", "design", "commissioning", "other"),
)
#: Rows of 三表, in the order of the application form.
ITEMS = ("净资产", "销售收入", "利润总额", "研发费用", "总收入", "高新技术产品收入")


@dataclass(frozen=True, slots=True)
class Ip:
    """知识产权. ``used_in``: the year of an earlier recognition in which it was scored."""

    row: int
    code: str
    name: str
    kind: str
    granted: date | None = None
    number: str = ""
    obtained: str = ""
    used_in: int | None = None

    @property
    def is_class2(self) -> bool:
        """Usable once in a recognition."""
        return self.kind in CLASS2


@dataclass(frozen=True, slots=True)
class Project:
    """研发活动. ``years``: expense of the three years before the application, oldest first."""

    row: int
    code: str
    name: str
    start: date | None = None
    end: date | None = None
    field: str = ""
    source: str = ""
    ips: tuple[str, ...] = ()
    budget: int = 0
    years: tuple[int, int, int] = (0, 0, 0)
    purpose: str = ""
    core: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one project cost in one year. ``domestic`` is the part of ``external`` inside the
    country."""

    row: int
    year: int
    project: str
    labor: int = 0
    direct: int = 0
    depreciation: int = 0
    amortization: int = 0
    design: int = 0
    commissioning: int = 0
    other: int = 0
    external: int = 0
    domestic: int = 0

    @property
    def internal(self) -> int:
        """内部研究开发费用."""
        return sum(getattr(self, line) for line in INTERNAL)

    @property
    def total(self) -> int:
        """内、外部小计."""
        return self.internal + self.external


@dataclass(frozen=True, slots=True)
class Product:
    """高新技术产品（服务）; ``sales``: of the last year."""

    row: int
    code: str
    name: str
    field: str = ""
    source: str = ""
    sales: int = 0
    is_main: bool = False
    ips: tuple[str, ...] = ()
    first_sold: date | None = None
    tech: str = ""
    advantage: str = ""
    support: str = ""


@dataclass(frozen=True, slots=True)
class Conversion:
    """科技成果转化; ``year`` in which it happened; ``proof``: what shows it."""

    row: int
    number: str
    name: str
    kind: str = ""
    origin: str = ""
    form: str = ""
    result: str = ""
    year: int | None = None
    ips: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Somebody at a project; people are called by their number, not by their name."""

    row: int
    person: str
    project: str
    start: date | None = None
    end: date | None = None
    full_time: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One item of one year in the three tables; ``None``: not said."""

    row: int
    year: int
    item: str
    audit: int | None = None
    tax: int | None = None
    application: int | None = None


@dataclass(frozen=True, slots=True)
class Heads:
    """人力资源: one line of the table."""

    row: int
    group: str
    item: str
    staff: int = 0
    tech: int = 0


@dataclass(frozen=True, slots=True)
class Standard:
    """参与制定的标准."""

    row: int
    name: str
    level: str = ""
    code: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything of one firm. ``year``: of the application; the three years are those before."""

    name: str
    uscc: str
    year: int
    founded: date | None = None
    filed_on: date | None = None
    card: dict[str, str] = field(default_factory=dict)
    ips: tuple[Ip, ...] = ()
    projects: tuple[Project, ...] = ()
    costs: tuple[Cost, ...] = ()
    products: tuple[Product, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    works: tuple[Work, ...] = ()
    told: tuple[Told, ...] = ()
    heads: tuple[Heads, ...] = ()
    abilities: dict[str, str] = field(default_factory=dict)
    standards: tuple[Standard, ...] = ()

    @property
    def years(self) -> tuple[int, int, int]:
        """The three years before the application, oldest first."""
        return self.year - 3, self.year - 2, self.year - 1

    def said(self, item: str, year: int) -> Told | None:
        """The row of the three tables, if there is one."""
        return next((t for t in self.told if (t.item, t.year) == (item, year)), None)


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit: ``kind`` a short stable code, ``sheet`` and ``row`` where, ``subject``
    the thing (IP03), ``said`` what is wrong, ``mend`` what to do (Chinese, no full stop).
    ``sure``: a contradiction; otherwise a person should look."""

    kind: str
    sheet: str
    row: int
    subject: str
    said: str
    mend: str
    sure: bool = True


def wan(fen: int) -> str:
    """「12.5 万元」, exact."""
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    whole, part = divmod(rest, 1_000_000)
    decimals = f"{part:06d}".rstrip("0")
    return f"{sign}{whole:,}" + (f".{decimals}" if decimals else "") + " 万元"
