"""三表对平 (N18): audit report, tax return and application, item by item, with the likely cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from denggao.diagnosis.evidence import sheets
from denggao.diagnosis.evidence.case import Case, Fault, Told, wan
from denggao.diagnosis.evidence.links import TOLERANCE

#: Column of the table → its name.
TABLES = {"audit": "审计报告", "tax": "纳税申报", "application": "申请书"}
_PAIRS = (("audit", "application"), ("audit", "tax"), ("tax", "application"))
#: 其他相关费用 of the super deduction: at most 10 % of all, 10/90 of the rest.
_OTHER_CAP = Fraction(1, 9)
_EXTERNAL_COUNTED = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two tables say different things of one item; ``cause``: what likely explains it, "" if
    nothing that we know."""

    told: Told
    one: str
    other: str
    cause: str
    explained: bool

    @property
    def amount(self) -> int:
        """What the first says more, in 分."""
        return int(getattr(self.told, self.one) - getattr(self.told, self.other))


def differences(case: Case) -> list[Difference]:
    """Every pair of tables that differ; where all three do, the two pairs that tell most."""
    return [d for told in case.told for d in _of_row(case, told)]


def _of_row(case: Case, told: Told) -> Iterator[Difference]:
    found = []
    for one, other in _PAIRS:
        a, b = getattr(told, one), getattr(told, other)
        if a is not None and b is not None and abs(a - b) > TOLERANCE:
            found.append(Difference(told, one, other, *_cause(case, told, one, other)))
    if len(found) == 3:  # the third follows from the others
        found = sorted(found, key=lambda d: not d.explained)[:2]
    yield from found


def faults(case: Case) -> list[Fault]:
    """The differences as faults; one that the law itself explains is only a hint. And rows that
    stand twice."""
    found = []
    seen: dict[tuple[int, str], int] = {}
    for told in case.told:
        key = (told.year, told.item)
        if key in seen:
            said = f"{told.year} 年{told.item}在第 {seen[key]} 行已经有了"
            found.append(
                Fault("told_twice", sheets.TOLD.name, told.row, f"{told.item}@{told.year}", said,
                      "请只留一行")
            )  # fmt: skip
        seen.setdefault(key, told.row)
    for d in differences(case):
        a, b = getattr(d.told, d.one), getattr(d.told, d.other)
        said = (
            f"{d.told.year} 年{d.told.item}：{TABLES[d.one]} {wan(a)}，"
            f"{TABLES[d.other]} {wan(b)}，差 {wan(d.amount)}"
        )
        mend = f"可能的原因：{d.cause}" if d.cause else "请核对口径和时点，说明差异或改正"
        subject = f"{d.told.item}@{d.told.year}:{d.one}/{d.other}"
        found.append(
            Fault("tables_differ", sheets.TOLD.name, d.told.row, subject, said, mend,
                  sure=not d.explained)
        )  # fmt: skip
    return found


def _cause(case: Case, told: Told, one: str, other: str) -> tuple[str, bool]:
    """(words, whether the law itself asks for the difference)."""
    a, b = getattr(told, one), getattr(told, other)
    if told.item == "研发费用" and "tax" in (one, other):
        tax, full = (a, b) if one == "tax" else (b, a)
        if words := _by_tax_rules(case, told.year, full, tax):
            return words, True
    for found in (
        _unit(a, b), _swapped(a, b), _other_year(case, told, one, other),
        _project(case, told, a, b),
    ):  # fmt: skip
        if found:
            return found, False
    return "", False


def _by_tax_rules(case: Case, year: int, full: int, tax: int) -> str:
    """The tax return counts 80 % of what was entrusted, and 其他费用 only up to a tenth."""
    costs = [c for c in case.costs if c.year == year]
    external = sum(c.external for c in costs)
    other = sum(c.other for c in costs)
    rest = sum(c.internal for c in costs) - other
    less_external = external * (1 - _EXTERNAL_COUNTED)
    less_other = max(Fraction(0), other - rest * _OTHER_CAP)
    choices = (
        (less_external, "加计扣除只计委托外部费用的 80%"),
        (less_other, "加计扣除的其他费用不超过可加计总额的 10%"),
        (less_external + less_other, "加计扣除只计委托外部的 80%，其他费用不超过 10%"),
    )
    tolerance = TOLERANCE * max(1, len(costs))
    for less, words in choices:
        if less > tolerance and abs(full - tax - less) <= tolerance:
            return words + "，属口径不同"
    return ""


def _unit(a: int, b: int) -> str:
    low, high = sorted((abs(a), abs(b)))
    if low and high in (low * 10_000, low * 1000, low * 100, low * 10):
        times = high // low
        return "一处按元填、一处按万元填" if times == 10_000 else f"小数点错了位（相差 {times} 倍）"
    return ""


def _swapped(a: int, b: int) -> str:
    one, other = str(abs(a)), str(abs(b))
    differ = [i for i, (x, y) in enumerate(zip(one, other, strict=False)) if x != y]
    if len(one) == len(other) and len(differ) == 2 and differ[1] == differ[0] + 1:
        i, j = differ
        if one[i] == other[j] and one[j] == other[i]:
            return f"相邻两位数字写颠倒了（{one[i]}{one[j]} 和 {other[i]}{other[j]}）"
    return ""


def _other_year(case: Case, told: Told, one: str, other: str) -> str:
    """One table has what the other says of another year."""
    a, b = getattr(told, one), getattr(told, other)
    for row in case.told:
        if row.item == told.item and row.year != told.year:
            for value, table, source in ((a, one, other), (b, other, one)):
                if value and getattr(row, source) == value:
                    return f"{TABLES[table]}填成了 {row.year} 年的数"
    return ""


def _project(case: Case, told: Told, a: int, b: int) -> str:
    """The difference is just one project's expense."""
    if told.item != "研发费用":
        return ""
    for cost in case.costs:
        if cost.year == told.year and cost.total and abs(abs(a - b) - cost.total) <= TOLERANCE:
            return f"差额正好是 {cost.project} 的费用，有一处漏了它或多算了它"
    return ""


@dataclass(frozen=True, slots=True)
class Share:
    """R&D over sales of the three years by one table, in 分; ``None`` where something is not
    said."""

    table: str
    rd: int
    sales: int

    @property
    def words(self) -> str:
        """「审计报告 5.2%」, cut after the second decimal, never rounded up."""
        if not self.sales:
            return f"{self.table} 没有销售收入"
        per = self.rd * 10_000 // self.sales
        return f"{self.table} {per // 100}.{per % 100:02d}%"


def shares(case: Case) -> list[Share]:
    """The share that decides the recognition, as each table has it."""
    found = []
    for column, name in TABLES.items():
        rows = [(case.said("研发费用", y), case.said("销售收入", y)) for y in case.years]
        pairs = [
            (getattr(rd, column), getattr(sales, column)) for rd, sales in rows if rd and sales
        ]
        if len(pairs) == 3 and all(None not in pair for pair in pairs):
            found.append(Share(name, sum(p[0] for p in pairs), sum(p[1] for p in pairs)))
    return found
