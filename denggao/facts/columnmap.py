"""--columns map.toml: renames heads and states units, nothing more.

[heads]
revenue = "销售收入"                                # a head as we would understand it
rd = { fact = "研发费用", unit = "万元", year = 2021 }
ignore = ["admin_expense"]                          # left out knowingly
[year]
column = "year"                                     # long form: one row per firm and year
[identity]
column = "stock_code"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from denggao.facts.errors import UserError, reason
from denggao.facts.headparts import head_part, normal
from denggao.facts.heads import Meaning, fitted, understand, unit_factor

#: Only for reading 「上年」 in a mapped name; such words are refused in a map.
_NO_YEAR = 0
#: So much of a broken line is quoted.
_SHOWN = 40


@dataclass(frozen=True)
class ColumnMap:
    """``heads`` and ``ignore`` by the normal form of the head in the file; ``written`` gives
    each of them as the user wrote it, ``file`` the name of the map."""

    heads: dict[str, Meaning] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    year_column: str | None = None
    id_column: str | None = None
    written: dict[str, str] = field(default_factory=dict)
    file: str = ""

    def meaning(self, head: str, application_year: int | None = None) -> Meaning | None:
        """What the map says of a head, levels joined by 「/」, or of its lowest level. With
        ``application_year``, a year and unit that only the head states hold
        (「进账（万元）/2024年」)."""
        meaning = self._says(head) or self._says(head.rsplit("/", 1)[-1])
        if meaning is None or application_year is None or meaning.role != "fact":
            return meaning
        told = fitted(meaning, [head_part(level, application_year) for level in head.split("/")])
        if told is None:
            return meaning
        return replace(
            meaning,
            year=told.year if meaning.year is None else meaning.year,
            factor=told.factor if meaning.factor is None else meaning.factor,
        )

    def _says(self, head: str) -> Meaning | None:
        name = normal(head)
        if self.year_column is not None and name == normal(self.year_column):
            return Meaning("year")
        return Meaning("nothing") if name in self.ignore else self.heads.get(name)

    def not_among(self, heads: Iterable[str]) -> list[str]:
        """Heads of the map, as written, that are not among these of the files."""
        there = {normal(part) for head in heads for part in (head, head.rsplit("/", 1)[-1])}
        return [written for name, written in self.written.items() if name not in there]


def load_column_map(path: Path) -> ColumnMap:
    """Raises UserError naming file and key for anything unknown."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except OSError as error:
        raise UserError(f"读不了列名对照「{path}」：{reason(error)}；请核对 --columns") from error
    except UnicodeDecodeError as error:
        raise UserError(f"列名对照「{path.name}」不是 UTF-8 文本；请另存为 UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        where = _broken_at(text, str(error))
        raise UserError(f"列名对照「{path.name}」不是正确的 TOML：{where}") from error
    where = f"列名对照「{path.name}」"
    _only(tables, {"heads", "year", "identity"}, where)
    heads = _table(tables, "heads", where)
    ignore = heads.pop("ignore", []) if isinstance(heads.get("ignore"), list) else []
    ignored = [_text(head, f"{where} heads.ignore") for head in ignore]
    year = _column(tables, "year", where)
    return ColumnMap(
        heads={normal(head): _meaning(head, target, where) for head, target in heads.items()},
        ignore=frozenset(map(normal, ignored)),
        year_column=year,
        id_column=_column(tables, "identity", where),
        written={normal(head): head for head in (*heads, *ignored, *([year] if year else []))},
        file=path.name,
    )


_AT = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)$")


def _broken_at(text: str, message: str) -> str:
    """Line and column of a mistake, with the line itself; the parser tells them in English."""
    lines = text.splitlines() or [""]
    found = _AT.search(message)
    row, column = (int(found[1]), int(found[2])) if found else (len(lines), len(lines[-1]) + 1)
    line = lines[min(row, len(lines)) - 1].strip()
    quoted = f"“{line[:_SHOWN]}”" if line else "（空行）"
    return (
        f"第 {row} 行第 {column} 列读不下去，这一行是{quoted}；"
        '每行应写成 "表里的列名" = "事实名称"，引号、括号要成对，同一列名只写一次'
    )


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise UserError(f"{where}：不认得的键「{key}」；这里只能有 {'、'.join(sorted(known))}")


def _table(tables: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    table = tables.get(key, {})
    if not isinstance(table, dict):
        raise UserError(f"{where}：「{key}」应写成一节 [{key}]")
    return dict(table)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{where}：应为一个列名（文字），现为 {value!r}")
    return value


def _column(tables: dict[str, Any], key: str, where: str) -> str | None:
    table = _table(tables, key, where)
    _only(table, {"column"}, f"{where} [{key}]")
    return _text(table["column"], f"{where} {key}.column") if "column" in table else None


def _meaning(head: str, target: Any, where: str) -> Meaning:
    where = f"{where} heads.{head}"
    if not isinstance(target, dict):
        return _named(_text(target, where), where)
    _only(target, {"fact", "unit", "year"}, where)
    meaning = _named(_text(target.get("fact"), f"{where}.fact"), where)
    if "unit" in target:
        meaning = replace(meaning, factor=_factor(meaning, target["unit"], f"{where}.unit"))
    if "year" in target:
        meaning = replace(meaning, year=_year(meaning, target["year"], f"{where}.year"))
    return meaning


def _named(name: str, where: str) -> Meaning:
    meaning = understand((name,), _NO_YEAR)
    if meaning is None or (meaning.year is not None and meaning.year < 1900):
        raise UserError(
            f"{where}：事实目录里没有「{name}」；请用目录中的名称（如“销售收入”）或代码（如 sales）"
        )
    return meaning


def _factor(meaning: Meaning, unit: object, where: str) -> int:
    factor = unit_factor(meaning, unit) if isinstance(unit, str) else None
    if not factor:
        raise UserError(
            f"{where}：「{unit}」不是这个事实的单位；金额可写 元、千元、万元、百万元、亿元"
        )
    return factor


def _year(meaning: Meaning, year: object, where: str) -> int:
    if meaning.role != "fact" or not meaning.fact.yearly:
        raise UserError(f"{where}：这个事实不分年度，请去掉 year")
    if not isinstance(year, int) or isinstance(year, bool) or not 1980 <= year <= 2100:
        raise UserError(f"{where}：「{year}」不是年度，应写成 2021 这样的数")
    return year
