"""Which columns of a table state which fact of which year, in which unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.columns import Column
from denggao.facts.converters import Convert, converter
from denggao.facts.heads import Meaning
from denggao.facts.problems import Finding
from denggao.facts.tables import Table

#: Called with (column, what was assumed or is wrong about the whole of it).
Report = Callable[[Column, Finding], None]


@dataclass
class Claim:
    """One fact (and year) of a table and the columns that state it; nearly always one.
    ``by_year``: the year stands in each row. ``converters`` by column index."""

    code: str
    key: str
    by_year: bool = False
    columns: list[Column] = field(default_factory=list)
    converters: dict[int, Convert] = field(default_factory=dict)

    @property
    def fact(self) -> Fact:
        return catalogue()[self.code]


def claims(table: Table, application_year: int, report: Report) -> list[Claim]:
    """The claims of a table in column order; assumed years and units, and facts claimed
    twice, are reported once per column (row 0)."""
    found: dict[str, Claim] = {}
    for column in table.columns:
        meaning = column.meaning
        if meaning is None or meaning.role != "fact":
            continue
        claim = _claim(column, meaning, table, application_year, report)
        claim = found.setdefault(claim.key, claim)
        claim.columns.append(column)
        factor = _factor(column, meaning, table, report)
        claim.converters[column.index] = converter(claim.fact, factor, table.grid.date1904)
    for claim in found.values():
        if len(claim.columns) > 1:
            _claimed_twice(claim, report)
    return list(found.values())


def _claim(
    column: Column, meaning: Meaning, table: Table, application_year: int, report: Report
) -> Claim:
    if not meaning.fact.yearly:
        return Claim(meaning.code, meaning.code)
    if meaning.year is None and table.year_index is not None:
        return Claim(meaning.code, f"{meaning.code}@*", by_year=True)
    year = meaning.year
    if year is None:
        year = table.told_year or application_year - 1
        why = "标题或工作表名" if table.told_year else "上年"
        advice = f"表头没有年度，按{why}（{year} 年）读入；不对请在表头写明年度"
        report(column, Finding("assumed_year", "带年度的表头", advice))
    return Claim(meaning.code, f"{meaning.code}@{year}")


def _factor(column: Column, meaning: Meaning, table: Table, report: Report) -> int:
    if meaning.factor is not None or meaning.fact.unit != "元":
        return meaning.factor or 1
    if table.unit is not None:
        if table.unit_from_above:
            advice = "表头没有单位，按本页上面那张表的单位读入；不对请在表头写明，如“（万元）”"
            report(column, Finding("assumed_unit", "带单位的表头", advice))
        return table.unit
    advice = "表头没有单位，按“元”读入；不对请在表头写明，如“（万元）”"
    report(column, Finding("assumed_unit", "带单位的表头", advice))
    return 1


def _claimed_twice(claim: Claim, report: Report) -> None:
    """Two heads for one fact. Of a code and its words (行业代码, 行业) the code is read;
    elsewhere the rows must agree."""
    coded = [column for column in claim.columns if "代码" in column.head]
    if claim.fact.unit == "代码" and len(coded) == 1:
        dropped = [column for column in claim.columns if column not in coded]
        claim.columns = coded
        advice = f"与 {coded[0].letter} 列（{coded[0].head}）是同一事实，只读带“代码”的一列"
    else:
        dropped = claim.columns[1:]
        first = claim.columns[0]
        advice = f"与 {first.letter} 列（{first.head}）是同一事实；不同的行两个都不用，请只留一列"
    for column in dropped:
        report(column, Finding("head_twice", "一个事实一列", advice))
