"""One cell: what it holds, and the bytes of one that holds something else."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from denggao.documents.patching.changes import Keep, Value
from denggao.documents.patching.serials import serial_of
from denggao.documents.patching.spans import (
    Element,
    escaped,
    inner_text,
    with_attribute,
    without_attribute,
)
from denggao.documents.patching.strings import plain_text, unescaped
from denggao.documents.patching.styles import DATE, DATE_TIME, GENERAL, TEXT, Styles

_LONGEST = 32767
_WHOLE = re.compile("[0-9]{1,10}")
_DIGITS = 15
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Text that Excel would turn into another number once somebody edits the cell.
_LIKE_A_CODE = re.compile(r"0[0-9]+|[0-9]{12,}")
_FORMULA_SIGNS = ("=", "+", "-", "@")


class Unwritable(ValueError):
    """A value that no cell can hold; the message says why, in Chinese."""


class CellNow:
    """A cell as it is in the bytes of its row."""

    def __init__(self, row: bytes, element: Element) -> None:
        self.row, self.element = row, element
        self.style = element.number("s")
        self.kind = element.attributes.get("t", "n")
        self.formula = element.child("f")

    @property
    def string_number(self) -> int | None:
        """The number of its shared string."""
        text = self.value()
        return int(text) if self.kind == "s" and _WHOLE.fullmatch(text) else None

    def value(self) -> str:
        """Its value as it is written."""
        found = self.element.child("v")
        return inner_text(self.row, found).strip(" \n\t") if found else ""

    def text(self, strings: dict[int, str]) -> str | None:
        """Its text, ``None`` if it holds none."""
        if self.kind == "s":
            number = self.string_number
            return None if number is None else strings.get(number)
        if self.kind == "inlineStr":
            found = self.element.child("is")
            return plain_text(self.row, found) if found else ""
        value = self.element.child("v")
        if self.kind == "str":
            return unescaped(inner_text(self.row, value)) if value else ""
        return None

    def number(self) -> float | None:
        """Its number, dates as Excel counts days; ``None`` if it holds none."""
        if self.kind != "n":
            return None
        try:
            return float(self.value())
        except ValueError:
            return None

    def holds(self, value: Value, strings: dict[int, str], styles: Styles, date1904: bool) -> bool:
        """Is this value there already, in a cell that shows it as such?"""
        if value is None or value == "":
            return self.formula is None and self._is_empty()
        if isinstance(value, str):
            return self.text(strings) == value
        if isinstance(value, bool):
            return self.kind == "b" and self.value() == str(int(value))
        number, is_date = self.number(), styles.is_date(self.style)
        if number is None or is_date != isinstance(value, date):
            return False
        return number == float(number_text(value, date1904))

    def _is_empty(self) -> bool:
        return not any(child.name in ("v", "is") for child in self.element.children)

    def with_style(self, style: int) -> bytes:
        """The cell in another format."""
        tag = self.row[self.element.start : self.element.inner]
        if style != self.style:
            tag = with_attribute(tag, "s", str(style))
        return tag + self.row[self.element.inner : self.element.stop]

    def with_value(self, value: Value, style: int, date1904: bool) -> bytes:
        """The cell with another value, its own attributes and extensions kept."""
        tag = self.row[self.element.start : self.element.inner]
        for name in ("t", "cm", "vm"):  # kind and metadata of the value that was
            tag = without_attribute(tag, name)
        if style != self.style:
            tag = with_attribute(tag, "s", str(style))
        extension = self.element.child("extLst")
        kept = self.row[extension.start : extension.stop] if extension else b""
        return _filled(tag, self.element, value, date1904, kept)


def new_cell(like: Element, reference: str, style: int, value: Value, date1904: bool) -> bytes:
    """A cell where there was none; ``like`` gives its prefix."""
    cell = Element("c", like.prefix, {}, 0, 0)
    styled = f' s="{style}"' if style else ""
    tag = f'<{cell.tag("c")} r="{reference}"{styled}/>'.encode()
    return _filled(tag, cell, value, date1904, b"")


def _filled(tag: bytes, like: Element, value: Value, date1904: bool, kept: bytes) -> bytes:
    opened = tag[: -2 if tag.endswith(b"/>") else -1].rstrip() + b">"
    content, kind = _content(like, value, date1904)
    if kind:
        opened = with_attribute(opened, "t", kind)
    if not content and not kept:
        return opened[:-1] + b"/>"
    return opened + content + kept + b"</" + like.tag("c").encode() + b">"


def _content(like: Element, value: Value, date1904: bool) -> tuple[bytes, str]:
    """What stands in the cell, and its kind ("" for numbers)."""
    if value is None or value == "":
        return b"", ""
    if isinstance(value, str):
        inline, text = like.tag("is"), like.tag("t")
        space = ' xml:space="preserve"' if value != value.strip() or "\n" in value else ""
        words = escaped(written(value))
        return f"<{inline}><{text}{space}>{words}</{text}></{inline}>".encode(), "inlineStr"
    tag = like.tag("v")
    if isinstance(value, bool):
        return f"<{tag}>{int(value)}</{tag}>".encode(), "b"
    return f"<{tag}>{number_text(value, date1904)}</{tag}>".encode(), ""


def written(text: str) -> str:
    """Text as a workbook writes it: control characters as ``_x000D_``."""
    if len(text) > _LONGEST:
        raise Unwritable(f"文字有 {len(text)} 个字，Excel 一格最多 {_LONGEST} 个")
    if _SURROGATE.search(text):
        raise Unwritable("文字里有损坏的字符")
    return _FORBIDDEN.sub(lambda found: f"_x{ord(found.group()):04X}_", text)


def number_text(value: int | Decimal | Fraction | date, date1904: bool) -> str:
    """A number as it is written. Raises Unwritable for one with more than 15 digits: a cell
    would lose the rest. A fraction without end is rounded, as Excel would."""
    if isinstance(value, date):
        serial = serial_of(value, date1904)
        if serial is None:
            raise Unwritable("日期早于 Excel 所能存的")
        return serial
    if isinstance(value, Fraction):
        return _fraction(value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise Unwritable("不是一个数")
    number = Decimal(value)
    digits = len(number.as_tuple().digits) - _trailing_zeros(number)
    if digits > _DIGITS:
        raise Unwritable(f"有 {digits} 位有效数字，Excel 的数只存 15 位；代码、编号请按文字写入")
    if not -300 < number.adjusted() < 300:
        raise Unwritable("太大或太小，Excel 存不下")
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _trailing_zeros(number: Decimal) -> int:
    digits = number.as_tuple().digits
    return len(digits) - len("".join(map(str, digits)).rstrip("0") or "0")


def _fraction(value: Fraction) -> str:
    """Exactly where its decimals end, else to the precision of a cell."""
    rest, twos = value.denominator, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    fives = 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return repr(float(value))
    places = max(twos, fives)
    steps = value * 10**places
    sign, digits = int(steps < 0), tuple(map(int, str(abs(steps.numerator))))
    return number_text(Decimal((sign, digits, -places)), date1904=False)


def style_for(value: Value, style: int, fill: str | None, styles: Styles) -> int:
    """The format that ``value`` needs in a cell of format ``style``."""
    code, quoted = None, False
    if isinstance(value, date):
        if not styles.is_date(style):
            code = DATE_TIME if isinstance(value, datetime) else DATE
    elif isinstance(value, str):
        if not styles.is_text(style):
            quoted = len(value) > 1 and value.startswith(_FORMULA_SIGNS)
            code = TEXT if _LIKE_A_CODE.fullmatch(value) else None
    elif value is not None and not isinstance(value, bool) and styles.is_date(style):
        code = GENERAL
    return styles.variant(style, fill=fill, code=code, quoted=quoted)


def check(value: Value | Keep) -> None:
    """Raises TypeError for a value of a kind that no cell takes; floats are not exact."""
    kinds = str | int | Decimal | Fraction | date | Keep | None
    if not isinstance(value, kinds):
        raise TypeError(f"a cell takes exact values, not {type(value).__name__}")
