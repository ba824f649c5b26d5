"""``denggao edit``: single values into somebody's own workbook, the rest untouched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

import typer

from denggao.cli.common import checked_output, day, tell_unwritten
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.facts.catalogue import Fact
    from denggao.facts.locating import Spot

New = str | Decimal | Fraction | date | bool | None

_SET = re.compile(
    r"(?:(?:〈(?P<name>[^〉]+)〉|(?P<bare>.+?))!)?(?P<column>[A-Za-z]{1,3})(?P<row>[0-9]{1,7})=(?P<value>.*)",
    re.S,
)
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_LIKE_A_CODE = re.compile(r"0[0-9]+|[0-9]{16,}")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_SAYS_UNIT = re.compile("[元块万亿千百]")


@dataclass(frozen=True)
class _Edit:
    """One cell, what goes into it and what was there; ``label`` says whose it is."""

    sheet: str
    row: int
    column: str
    value: New
    old: str
    label: str = ""

    @property
    def line(self) -> str:
        """Cell, old value, new value."""
        old = self.old or "（空）"
        return f"〈{self.sheet}〉{self.column}{self.row}{self.label}：{old} → {_shown(self.value)}"


def edit(
    ledger: Path = typer.Argument(..., metavar="台账.xlsx", help="要改的工作簿"),
    cells: list[str] = typer.Option(
        [], "--set", metavar="〈工作表〉!D5=值", help="改一格，可多次；值留空是清空，加 ' 是按文字"
    ),
    firm: str | None = typer.Option(None, "--firm", help="企业的信用代码或名称"),
    fact: str | None = typer.Option(None, "--fact", help="事实的名称，如 研发费用"),
    year: int | None = typer.Option(None, "--year", help="年度，如 2024"),
    value: str | None = typer.Option(None, "--value", help="新值，金额带单位，如 123.4万元"),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="改好的文件；缺省为原名加“.已改”，写原文件名则就地改"
    ),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，缺省为今天；“上年”由它算"),
    note: str | None = typer.Option(None, "--note", help="加在格旁的批注"),
    force: bool = typer.Option(False, "--force", help="公式也换成值"),
) -> None:
    """改台账：只改这几格，格式、批注、图表和别的页一个字节不动"""
    from denggao.documents.patching import Change, awaits_reckoning, patch

    target = output or ledger.with_name(f"{ledger.stem}.已改{ledger.suffix}")
    _check(ledger, target, columns)
    edits = _edits_of_cells(ledger, cells)
    asked = (firm, fact, value)
    if any(part is not None for part in (*asked, year)):
        if firm is None or fact is None or value is None:
            raise UserError("按企业改，要同时给 --firm、--fact 和 --value")
        edits.append(_edit_of_fact(ledger, firm, fact, year, value, columns, id_column, day(as_of)))
    if not edits:
        raise UserError("没有说改什么：用 --set 给单元格和值，或用 --firm、--fact、--value 指明")
    changes = [Change(e.sheet, e.row, e.column, e.value, note=note) for e in edits]
    unwritten = patch(ledger, target, changes, force=force)
    for found in edits:
        typer.echo(found.line)
    tell_unwritten(unwritten)
    typer.echo(f"已写入 {target}")
    if fact is not None:
        _warn(target, edits[-1], columns, id_column, day(as_of))
    if awaits_reckoning(target):
        typer.echo("工作簿里有公式：用 Excel 或 WPS 打开并保存一次，公式的结果才会跟着变")


def _check(ledger: Path, target: Path, columns: Path | None) -> None:
    if ledger.suffix.lower() != ".xlsx":
        raise UserError(f"只能改 .xlsx，“{ledger.name}”请先用 Excel 或 WPS 另存为 .xlsx")
    checked_output(target, [".xlsx"], [columns], "改好的文件")  # the ledger itself is in place


def _shown(value: New) -> str:
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, Fraction):
        return f"{Decimal(value.numerator) / value.denominator:f}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


# --- by cell ---------------------------------------------------------------------------------


def _edits_of_cells(ledger: Path, options: Sequence[str]) -> list[_Edit]:
    """Each sheet is looked at once, whatever the number of its cells."""
    from denggao.documents.patching import peek, sheet_names
    from denggao.facts.problems import column_index

    if not options:
        return []
    names = sheet_names(ledger)
    asked: dict[str, dict[tuple[int, int], tuple[str, str]]] = {}
    for option in options:
        found = _SET.fullmatch(option)
        if found is None:
            raise UserError(f"--set “{option}”读不懂，应写成 〈工作表〉!D5=123.4")
        sheet = _sheet(option, found["name"] or _unquoted(found["bare"] or ""), names)
        column = found["column"].upper()
        cell = int(found["row"]), column_index(column) + 1
        if cell in asked.setdefault(sheet, {}):
            raise UserError(f"〈{sheet}〉{column}{cell[0]} 要改两次，只能给一个值")
        asked[sheet][cell] = column, found["value"]
    edits = []
    for sheet, cells in asked.items():
        held = peek(ledger, sheet, list(cells))
        for cell, (column, text) in cells.items():
            new = typed(text, held[cell].takes_text)
            edits.append(_Edit(sheet, cell[0], column, new, held[cell].shown))
    return edits


def _sheet(option: str, name: str, names: Sequence[str]) -> str:
    if name:
        return name
    if len(names) != 1:
        there = "、".join(f"〈{name}〉" for name in names)
        raise UserError(f"--set “{option}”没有写明工作表，这个工作簿有{there}")
    return names[0]


def _unquoted(name: str) -> str:
    """A sheet's name as formulas write it: '城关''镇'."""
    quoted = len(name) > 1 and name[0] == name[-1] == "'"
    return name[1:-1].replace("''", "'") if quoted else name


def typed(text: str, takes_text: bool) -> New:
    """What Excel would make of these keystrokes, but that codes stay text and nothing is a
    formula. ``takes_text``: the cell is formatted as text."""
    if text == "":
        return None
    if text.startswith("'"):
        return text[1:]
    if takes_text or _LIKE_A_CODE.fullmatch(text):
        return text
    if _NUMBER.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    found = _DAY.fullmatch(text)
    if found:
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            raise UserError(f"没有“{text}”这一天") from None
    return text


# --- by firm and fact ------------------------------------------------------------------------


def _edit_of_fact(
    ledger: Path, firm: str, name: str, year: int | None, value: str,
    columns: Path | None, id_column: str | None, on: date,
) -> _Edit:  # fmt: skip
    from denggao.facts import cells
    from denggao.facts.catalogue import find
    from denggao.facts.ledger import load_column_map
    from denggao.facts.locating import locate

    fact = find(name)
    if fact is None:
        raise UserError(f"“{name}”不在事实目录，请核对名称（编码或中文名）")
    if fact.yearly and year is None:
        raise UserError(f"“{fact.name}”是年度事实，请用 --year 指明年度，如 --year {on.year - 1}")
    if not fact.yearly and year is not None:
        raise UserError(f"“{fact.name}”不分年度，请去掉 --year")
    if fact.unit == "记录":
        raise UserError(f"“{fact.name}”由几列合成，不能这样改；请用 --set 逐格改")
    mapping = None if columns is None else load_column_map(columns)
    spot = locate(ledger, firm, fact, year, as_of=on, columns=mapping, id_column=id_column)
    new = _as_stated(value, fact, spot)
    label = f"（{spot.firm}，{spot.column.head}）"
    return _Edit(spot.sheet, spot.row, spot.column.letter, new, cells.plain_text(spot.value), label)


def _warn(
    target: Path, edited: _Edit, columns: Path | None, id_column: str | None, on: date
) -> None:
    """What ``check`` has against the row as it stands now: the new value is well-formed, but it
    may contradict another one of its row."""
    from denggao.facts.checking import check_file
    from denggao.facts.columnmap import ColumnMap, load_column_map

    mapping = load_column_map(columns) if columns else ColumnMap()
    mapping = replace(mapping, id_column=id_column or mapping.id_column)
    with check_file(target, as_of=on, columns=mapping) as checked:
        for entry in checked.errors:
            if (entry.sheet, entry.row) == (edited.sheet, edited.row):
                typer.echo(f"提示：〈{entry.sheet}〉{entry.column}{entry.row}：{entry.message}")


def _as_stated(text: str, fact: Fact, spot: Spot) -> New:
    """The value as its column states it: 1,234,000 元 is 123.4 under 万元. Raises UserError
    for what the ledger reader would not take as this fact."""
    value = _as_read(text, fact, spot)
    if value is None:
        return None
    if fact.numeric:
        return _number(text, value, fact, spot)
    return text.strip() if isinstance(value, bool) else cast("str | date", value)


def _as_read(text: str, fact: Fact, spot: Spot) -> object:
    """What the reader makes of the value; an amount without a unit is taken as 元."""
    from denggao.facts.converters import converter
    from denggao.facts.identity import code_fault, looks_like_code, normal_code
    from denggao.facts.problems import Finding

    def refuse(position: int, cell: object, finding: Finding) -> NoReturn:
        raise UserError(
            f"{fact.name}的新值“{text}”不能用：应为{finding.expected}；{finding.advice}"
        )

    factor = 1 if fact.unit == "元" else spot.factor or 1
    (value,) = converter(fact, factor)([text], refuse, lambda position: None)
    if fact.code == "uscc" and value is not None:
        code = normal_code(text)
        fault = code_fault(code) if looks_like_code(code) else "这不是信用代码"
        if fault:
            refuse(0, text, Finding("bad_credit_code", "18 位统一社会信用代码", fault))
        return code
    return value


def _number(text: str, steps: object, fact: Fact, spot: Spot) -> Fraction:
    if spot.factor is None:
        raise UserError(
            f"{spot.where}的表头没有写单位，不知道该按元还是万元写；"
            "请在表头写明单位，或用 --columns 对照文件说明，或用 --set 直接写这一格"
        )
    if fact.unit == "元" and spot.factor != 1 and not _SAYS_UNIT.search(text):
        raise UserError(
            f"新值“{text}”没有写单位，而 {spot.column.letter} 列（{spot.column.head}）"
            f"不是按元填的；请写明，如 {text}万元 或 {text}元"
        )
    if not isinstance(steps, int):
        raise UserError(f"新值“{text}”是一个范围，不是确数；要这样写请用 --set")
    return Fraction(steps, fact.scale * spot.factor)
