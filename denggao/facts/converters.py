"""A column of raw cells → a column of values: the fast path over ``cells``.

A converter is chosen once per column. Plain numbers never leave integer arithmetic; every
other text is parsed once and remembered. Results are those of ``cells``, only sooner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from denggao.facts import cells, words
from denggao.facts.catalogue import Fact
from denggao.facts.cells import BadCell
from denggao.facts.interval import Interval
from denggao.facts.problems import Finding

#: Called with (position in the column, raw cell, what is wrong with it).
Report = Callable[[int, object, Finding], None]
#: Called with the position of a head count that was rounded.
Rounded = Callable[[int], None]
Convert = Callable[[Sequence[Any], Report, Rounded], list[Any]]

_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?").fullmatch
#: Up to here a double holds every integer, and 15 significant digits are exact.
_EXACT = 10**15
_REMEMBERED = 20_000
_LONGEST_MARK = 8
#: First characters of errors and formulas.
_LOOKED_AT = "#=+-@＝＋－＠ \t\r\n"


def converter(fact: Fact, factor: int, date1904: bool = False) -> Convert:
    """The converter of a column that holds ``fact``, ``factor`` from its head's unit."""
    if fact.numeric:
        return _numbers(fact, factor)
    if fact.unit == "日期":
        return _others(lambda cell: cells.date(cell, date1904))
    if fact.unit == "是否":
        return _others(lambda cell: cells.yes_no(cell, fact))
    if fact.code == "field_code":
        return _others(cells.field_code)
    if fact.code == "region":
        return _others(words.region)
    if fact.unit == "代码":
        return _others(words.code)
    if fact.code in ("name", "former_names"):
        return _others(words.company_name)
    if fact.code == "phone":
        return _others(words.phone)
    if fact.code != "remark":
        return _others(_label)
    return _others(_text)


def _numbers(fact: Fact, factor: int) -> Convert:
    steps_per_one = factor * fact.scale
    least, most = fact.in_table
    lowest, highest = max(least, 1 - _EXACT), min(most, _EXACT - 1)
    bound = max(-lowest, highest) / steps_per_one
    known: dict[str, cells.Number] = {}

    def convert(column: Sequence[Any], report: Report, rounded: Rounded) -> list[Any]:
        values: list[Any] = []
        append = values.append
        for position, cell in enumerate(column):
            kind = type(cell)
            if kind is float:
                # steps / steps_per_one is the correctly rounded double of a decimal with at
                # most 15 digits: equal to the cell, it is that decimal, as "%.15g" shows it
                if -bound < cell < bound:
                    steps = round(cell * steps_per_one)
                    if steps / steps_per_one == cell and lowest <= steps <= highest:
                        append(steps)
                        continue
            elif kind is str:
                if not cell:
                    append(None)
                    continue
                number = known.get(cell)
                if number is None and _PLAIN(cell):
                    plain = _plain_steps(cell, steps_per_one)
                    if plain is not None and lowest <= plain <= highest:
                        append(plain)
                        continue
                if number is not None and not number.rounded:
                    append(number.value)
                    continue
            append(_slow(position, cell, report, rounded))
        return values

    def _slow(position: int, cell: object, report: Report, rounded: Rounded) -> Any:
        try:
            number = cells.number(cell, fact, factor)
        except BadCell as bad:
            report(position, cell, bad.finding)
            return None
        if number.rounded:
            rounded(position)
        if isinstance(cell, str) and len(known) < _REMEMBERED:
            known[cell] = number
        return number.value

    return convert


def _plain_steps(text: str, steps_per_one: int) -> int | None:
    """Whole steps of a plain decimal text, ``None`` if it is finer than one step."""
    whole, _, decimals = text.partition(".")
    steps, rest = divmod(int(whole + decimals) * steps_per_one, 10 ** len(decimals))
    return None if rest else steps


def _others(parse: Callable[[object], Any]) -> Convert:
    """Dates, codes, yes/no: few distinct texts, so each is parsed once."""
    known: dict[str, Any] = {"": None}

    def convert(column: Sequence[Any], report: Report, rounded: Rounded) -> list[Any]:
        values: list[Any] = []
        for position, cell in enumerate(column):
            if type(cell) is str and cell in known:
                values.append(known[cell])
                continue
            try:
                value = parse(cell)
            except BadCell as bad:
                report(position, cell, bad.finding)
                values.append(None)
                continue
            if type(cell) is str and len(known) < _REMEMBERED:
                known[cell] = value
            values.append(value)
        return values

    return convert


def _text(cell: object) -> str | None:
    """``words.free_text``, without the closer look where a cell cannot be a mark or broken."""
    if type(cell) is str and len(cell) > _LONGEST_MARK and cell[0] not in _LOOKED_AT:
        text = cell.strip()
        if text.isprintable() and "\ufffd" not in text and len(text) > _LONGEST_MARK:
            return text
    return words.free_text(cell)


def _label(cell: object) -> str | None:
    """``words.label``, as quickly as ``_text``."""
    if type(cell) is str and len(cell) > _LONGEST_MARK:
        return _text(cell)
    return words.label(cell)


def shown(value: object, fact: Fact) -> str:
    """A value as a person would write it: 「320.5 元」, 「≥570 人」, 「是」."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Interval):
        return f"{_end(value.lo, fact)}~{_end(value.hi, fact)} {fact.unit}"
    if isinstance(value, int):
        return f"{_end(value, fact)} {fact.unit}"
    return str(value)


def _end(steps: int | Fraction | None, fact: Fact) -> str:
    if steps is None:
        return "不限"
    whole, rest = divmod(abs(int(steps)), fact.scale)
    decimals = f"{rest:0{len(str(fact.scale)) - 1}d}".rstrip("0") if rest else ""
    return ("-" if steps < 0 else "") + str(whole) + (f".{decimals}" if decimals else "")
