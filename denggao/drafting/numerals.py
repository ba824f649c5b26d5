"""Numbers as Chinese texts write them: 1,234、1.28万、三十五、二〇二七、两、百分之二十、*."""

from __future__ import annotations

import re
from fractions import Fraction

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}
#: A number in Chinese characters, and one in digits.
CHINESE = "[零〇一二两三四五六七八九十百千万亿]+"
ARABIC = r"\d+(?:\.\d+)?"
MULTIPLES = {
    "百": 10**2,
    "千": 10**3,
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
}
#: How a masked number is written in a template.
MASK = r"[*＊×]+|[xX]{1,3}(?![A-Za-z])|_{2,}|[○〇]{2,}"


def chinese(text: str) -> int | None:
    """The number that Chinese numerals say; ``None`` for what is no number (万一、百十)."""
    if all(c in _DIGITS for c in text):  # 二〇二七, and a single digit
        if len(text) > 1 and "两" in text:
            return None
        return int("".join(str(_DIGITS[c]) for c in text)) if text else None
    total, group, digit = 0, 0, None
    for i, c in enumerate(text):
        if c in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[c]
        elif c in _PLACES:
            if digit is None and (c != "十" or i):
                return None
            group += (1 if digit is None else digit) * _PLACES[c]
            digit = None
        else:
            group += digit or 0
            if not group and not total:
                return None
            if c == "亿":
                total, group, digit = (total + group) * _GROUPS[c], 0, None
            else:
                total, group, digit = total + group * _GROUPS[c], 0, None
    return total + group + (digit or 0)


def value_of(number: str, multiple: str | None = None) -> Fraction | None:
    """The exact number of a mention, ``None`` where it is masked or none."""
    found: Fraction | None
    if re.fullmatch(ARABIC, number):
        found = Fraction(number)
    elif "分之" in number:
        below, _, above = number.partition("分之")
        bottom, top = value_of(below), value_of(above)
        found = None if top is None or not bottom else top / bottom
    else:
        whole = chinese(number)
        found = None if whole is None else Fraction(whole)
    if found is None or multiple is None:
        return found
    return found * MULTIPLES[multiple]


def plain(value: Fraction | None) -> int | float | None:
    """The number for JSON: an int where it is whole."""
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def shown(value: Fraction | None) -> str:
    """The number in digits, ``*`` for an unknown one."""
    if value is None:
        return "*"
    if value.denominator == 1:
        return str(value.numerator)
    text = f"{float(value):.6f}".rstrip("0")
    return text if Fraction(text) == value else f"{value.numerator}/{value.denominator}"
