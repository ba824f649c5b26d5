"""A .csv of yearly figures: 年份, 数, and 指标 where it holds several."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from denggao.facts.errors import UserError, reason
from denggao.facts.numbers import exact
from denggao.facts.textfile import open_text

_YEAR, _VALUE, _NAME = (
    ("年份", "年度", "年", "year"),
    ("数", "数值", "值", "家数", "value", "数量"),
    ("指标", "名称", "indicator"),
)


def read_series(path: Path) -> dict[str | None, dict[int, Fraction]]:
    """Indicator (``None`` where the file names none) → year → value. Raises UserError naming the
    row for what cannot be read."""
    rows = rows_of(path, "历年数")
    heads = [head.strip() for head in rows[0]]
    year, value, name = (_column(heads, words) for words in (_YEAR, _VALUE, _NAME))
    if year is None or value is None:
        raise UserError(f"「{path.name}」第 1 行应有表头“年份”“数”，现为：{'、'.join(heads)}")
    found: dict[str | None, dict[int, Fraction]] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = [*row, *[""] * (len(heads) - len(row))]
        when = re.sub(r"年$", "", cells[year].strip())
        amount = exact(cells[value].strip().replace(",", ""))
        if not re.fullmatch(r"(?:19|20)\d\d", when):
            raise UserError(f"「{path.name}」第 {number} 行年份“{cells[year]}”应如 2021")
        if amount is None:
            raise UserError(f"「{path.name}」第 {number} 行的数“{cells[value]}”读不懂")
        key = None if name is None else cells[name].strip().removesuffix("数") or None
        series = found.setdefault(key, {})
        if series.setdefault(int(when), amount) != amount:
            raise UserError(f"「{path.name}」第 {number} 行：{when} 年前面已有另一个数")
    if not found:
        raise UserError(f"「{path.name}」里没有一行数")
    return found


def _column(heads: list[str], words: tuple[str, ...]) -> int | None:
    return next((i for i, head in enumerate(heads) if head in words), None)


def rows_of(path: Path, what: str) -> list[list[str]]:
    """The records of a small .csv with its head. Raises UserError."""
    try:
        if path.stat().st_size > 16 << 20:
            raise UserError(f"「{path.name}」太大，不像{what}")
        return list(open_text(path).rows())
    except FileNotFoundError:
        raise UserError(f"找不到{what}“{path}”；请检查路径和文件名") from None
    except OSError as error:
        raise UserError(f"{what}“{path}”读不出来：{reason(error)}") from None
