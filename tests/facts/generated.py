"""Random ledgers: what is true of some firms, and a file that says so in one of many layouts.

``Truth`` holds whole steps (分, 1/10000 人), dates, yes/no and text by firm and key, as
``ledger.Ledger`` gives them out. A layout only chooses among ways that bureaus really write.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from denggao.facts.catalogue import catalogue
from tests.hostile.making import code

YEARS = (2022, 2023, 2024, 2025)
UNITS = {"元": 1, "千元": 10**3, "万元": 10**4, "百万元": 10**6, "亿元": 10**8}
YEARLY = ("sales", "rd_expense", "net_assets", "profit", "total_assets", "staff", "tech_staff",
          "conversions", "above_scale")  # fmt: skip
STATIC = ("established_on", "ip_class1", "abnormal_listed", "address", "industry", "field_code",
          "org_system")  # fmt: skip
FIELDS = ("1.1.10", "1.1.1", "1.2.3", "1.3.4")
Truth = dict[str, dict[str, Any]]
Grid = list[list[Any]]


@dataclass
class Layout:
    """``tables``: the sheets, each as rows of cells; ``merges`` of each (rows, columns from 0)."""

    rnd: Random
    text: bool
    long: bool
    sheet_unit: str
    levels: int
    tables: list[Grid] = field(default_factory=list)
    merges: list[list[tuple[int, int, int, int]]] = field(default_factory=list)


# --- what is true --------------------------------------------------------------------------


def truth(rnd: Random) -> Truth:
    """One to five firms by credit code, each with some of some facts."""
    years = sorted(rnd.sample(YEARS, rnd.randint(1, 3)))
    yearly = rnd.sample(YEARLY, rnd.randint(1, 5))
    static = rnd.sample(STATIC, rnd.randint(0, 5))
    keys = [f"{c}@{y}" for c in yearly for y in years] + static
    firms = {}
    for number in rnd.sample(range(1000), rnd.randint(1, 5)):
        name = f"金城{rnd.choice(['试验', '示例', '模拟'])}{number}号（兰州）有限公司"
        values: dict[str, Any] = {"name": name}
        for key in sorted(keys):  # staff before tech_staff, which cannot exceed it
            if rnd.random() < 0.85 or not firms:  # a ledger says something of somebody
                values[key] = _value(rnd, key, values)
        firms[code(number)] = values
    return firms


def _value(rnd: Random, key: str, known: dict[str, Any]) -> Any:
    name, _, year = key.partition("@")
    fact = catalogue()[name]
    if fact.unit == "元":
        size = 10 ** rnd.randint(0, 10)
        value = rnd.randrange(size) * rnd.choice([1, 1, 100, 1_000_000])
        return -value if fact.lo is None and rnd.random() < 0.3 else value
    if fact.unit == "人":
        most = known.get(f"staff@{year}", 500 * fact.scale)
        value = rnd.randrange(0, 500) * fact.scale + rnd.choice([0, 0, 5000, 2500])
        return min(value, most) if name == "tech_staff" else max(value, 0)
    if fact.unit == "项":
        return rnd.randrange(30)
    if fact.unit == "分":
        return rnd.randrange(0, 13) * fact.scale // 2
    if fact.unit == "日期":
        return dt.date(2000, 1, 1) + dt.timedelta(days=rnd.randrange(9000))
    if fact.unit == "是否":
        return rnd.random() < 0.5
    if name == "field_code":
        return rnd.choice(FIELDS)
    if name == "industry":
        return rnd.choice(["C3511", "C39", "6510", "软件和信息技术服务业"])
    return rnd.choice(["兰州市城关区天水南路1号", "安宁区 万新路 2-3号", "C3511", "6510，6520"])


# --- how it is written ---------------------------------------------------------------------


def write(folder: Path, firms: Truth, rnd: Random) -> Path:
    """The firms in a random layout as .xlsx or .csv."""
    keys = sorted({key for values in firms.values() for key in values} - {"name"})
    layout = Layout(
        rnd,
        text=rnd.random() < 0.4,
        long=rnd.random() < 0.3,
        sheet_unit=rnd.choice(["", "", *UNITS]),
        levels=rnd.randint(1, 2),
    )
    parts = _split(list(firms), rnd if not layout.text else None)
    for part in parts:
        _table(layout, {firm: firms[firm] for firm in part}, keys)
    if layout.text:
        return _write_text(folder / "台账.csv", layout)
    return _write_book(folder / "台账.xlsx", layout)


def _split(firms: list[str], rnd: Random | None) -> list[list[str]]:
    """All in one sheet, or in two: one per township."""
    if rnd is None or len(firms) < 2 or rnd.random() < 0.7:
        return [firms]
    cut = rnd.randrange(1, len(firms))
    return [firms[:cut], firms[cut:]]


@dataclass(frozen=True)
class _Column:
    """``key``: uscc, name, year, a static fact, or a yearly one; ``sales@*`` in long form."""

    key: str
    head: tuple[str, ...]
    factor: int = 1


def _table(layout: Layout, firms: Truth, keys: list[str]) -> None:
    rnd = layout.rnd
    columns = _columns(layout, keys)
    lines = _lines(layout, firms, keys, columns)
    top: Grid = [["企业台账"]] if rnd.random() < 0.5 else []
    if layout.sheet_unit:
        top.append([f"单位：{layout.sheet_unit}"])
    elif rnd.random() < 0.2:
        top.append([])
    heads, merges = _heads(layout, columns, len(top))
    if rnd.random() < 0.3 and lines:
        lines.insert(rnd.randrange(len(lines) + 1), [])
    if rnd.random() < 0.3:
        lines.append(["合计", *[""] * (len(columns) - 1)])
    layout.tables.append([*top, *heads, *lines])
    layout.merges.append(merges)


def _columns(layout: Layout, keys: list[str]) -> list[_Column]:
    rnd = layout.rnd
    wanted = keys
    if layout.long:
        codes = dict.fromkeys(key.partition("@")[0] for key in keys if "@" in key)
        wanted = [key for key in keys if "@" not in key] + [f"{code}@*" for code in codes]
    columns = [_column(layout, key) for key in wanted]
    if layout.long:
        columns.append(_Column("year", (rnd.choice(["年度", "会计年度", "数据年度"]),)))
    columns.append(_Column("name", (rnd.choice(["企业名称", "单位名称", "企业全称"]),)))
    columns.append(_Column("uscc", (rnd.choice(["统一社会信用代码", "信用代码"]),)))
    if rnd.random() < 0.4:
        columns.append(_Column("", ("序号",)))
    rnd.shuffle(columns)
    return columns


def _column(layout: Layout, key: str) -> _Column:
    rnd = layout.rnd
    name, _, year = key.partition("@")
    fact = catalogue()[name]
    word = rnd.choice([fact.name, *fact.aliases[:2]])
    factor, unit = 1, ""
    if fact.unit == "元":
        if layout.sheet_unit and rnd.random() < 0.6:
            factor = UNITS[layout.sheet_unit]
        else:
            unit = rnd.choice(list(UNITS))
            factor = UNITS[unit]
            unit = f"（{unit}）"
    if year in ("", "*"):
        return _Column(key, (word + unit,), factor)
    if layout.levels == 2 and rnd.random() < 0.7:
        return _Column(key, (word + unit, f"{year}年"), factor)
    return _Column(key, (rnd.choice([f"{year}年{word}{unit}", f"{word}{unit}{year}年"]),), factor)


def _heads(
    layout: Layout, columns: list[_Column], above: int
) -> tuple[Grid, list[tuple[int, int, int, int]]]:
    """One or two rows; heads of one level are merged downwards, as people do."""
    if all(len(column.head) == 1 for column in columns):
        return [[column.head[0] for column in columns]], []
    first = [column.head[0] for column in columns]
    second = [column.head[1] if len(column.head) > 1 else "" for column in columns]
    merges = [
        (above, index, above + 1, index)
        for index, column in enumerate(columns)
        if len(column.head) == 1
    ]
    return [first, second], merges


def _lines(layout: Layout, firms: Truth, keys: list[str], columns: list[_Column]) -> Grid:
    lines = []
    years = sorted({key.partition("@")[2] for key in keys if "@" in key}) or ["2025"]
    for uscc, values in firms.items():
        for year in years if layout.long else [""]:
            lines.append([_cell(layout, column, uscc, values, year) for column in columns])
    return lines


def _cell(layout: Layout, column: _Column, uscc: str, values: dict[str, Any], year: str) -> Any:
    rnd = layout.rnd
    if column.key == "uscc":
        return rnd.choice([uscc, uscc, uscc.lower(), uscc[:9] + " " + uscc[9:]])
    if column.key == "year":
        return rnd.choice([int(year), f"{year}年", year])
    if not column.key:
        return rnd.randint(1, 99)
    value = values.get(column.key.replace("*", year))
    fact = catalogue()[column.key.partition("@")[0]]
    if value is None:
        return rnd.choice(["", "", "—", "/"]) if fact.numeric else ""
    if isinstance(value, bool):
        return rnd.choice(["是", "有", "√"] if value else ["否", "无", "×"])
    if isinstance(value, int):
        return _number(layout, value, fact.scale * column.factor)
    if isinstance(value, dt.date):
        return _date(layout, value)
    return value


def _number(layout: Layout, steps: int, per_unit: int) -> Any:
    """The number exactly: as text, or as a number where 15 digits hold it."""
    rnd = layout.rnd
    whole, rest = divmod(abs(steps), per_unit)
    decimals = f"{rest:0{len(str(per_unit)) - 1}d}".rstrip("0") if rest else ""
    sign = "-" if steps < 0 else ""
    plain = f"{sign}{whole}" + (f".{decimals}" if decimals else "")
    digits = sum(map(str.isdigit, plain))
    if not layout.text and digits <= 15 and rnd.random() < 0.7:
        return float(plain)
    if rnd.random() < 0.3:
        return f"{sign}{whole:,}" + (f".{decimals}" if decimals else "")
    return rnd.choice([plain, plain, f" {plain} ", plain.translate(_WIDE)])


_WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


def _date(layout: Layout, day: dt.date) -> Any:
    if not layout.text and layout.rnd.random() < 0.5:
        return day
    plain = f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日"
    forms = [f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", *plain]
    return layout.rnd.choice(forms)


# --- files ---------------------------------------------------------------------------------


def _write_book(path: Path, layout: Layout) -> Path:
    options = {"strings_to_numbers": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        form = book.add_format({"num_format": layout.rnd.choice(["yyyy-mm-dd", "yyyy/m/d"])})
        for number, (rows, merges) in enumerate(zip(layout.tables, layout.merges, strict=True)):
            sheet = book.add_worksheet(f"第{number + 1}镇")
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(row, column, cell, form)
                    elif cell != "":
                        sheet.write(row, column, cell)
            for top, left, bottom, right in merges:
                sheet.merge_range(top, left, bottom, right, rows[top][left])
    return path


def _write_text(path: Path, layout: Layout) -> Path:
    rnd = layout.rnd
    encoding = rnd.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    (rows,) = layout.tables
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(
            stream,
            delimiter=rnd.choice([",", "\t", ";"]),
            lineterminator=rnd.choice(["\n", "\r\n"]),
            quoting=rnd.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        )
        writer.writerows(rows)
    return path
