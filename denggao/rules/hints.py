"""What a writer of rules most often means by what does not fit."""

from __future__ import annotations

import re

#: What stands at the place that does not fit → how it is written here.
_WRITTEN = (
    (re.compile(r"/"), "除号写“÷”"),
    (re.compile(r"\*"), "乘号写“×”"),
    (re.compile(r"[=≧≦＝＞＜]"), "比较写“≥ ≤ > < = ≠”，如“≥ 5%”"),
    (re.compile(r"!"), "不等于写“≠”"),
    (re.compile(r"％"), "百分号写半角“%”"),
    (re.compile(r"[&|]|and\b|or\b|并且|或者|同时"), "两个条件之间写“且”或“或”"),
)
_UNIT = re.compile(r"%|亿元|万元|元|人|项|分|天|年")
_NUMBER_BEFORE = re.compile(r"\d\s+$")
_OPERAND = re.compile(r"[\w(]")


def spelling(text: str, position: int) -> str:
    """Advice on the sign or word at ``position`` of a block's text; empty where none is known."""
    if _NUMBER_BEFORE.search(text[:position]) and _UNIT.match(text, position):
        return "单位紧跟数字，中间不留空格"
    return next((advice for sign, advice in _WRITTEN if sign.match(text, position)), "")


def gap(text: str, position: int) -> str:
    """Advice where something seems to be missing before ``position``, on the same line."""
    line = text[:position].rpartition("\n")[2]
    if line.strip() and _OPERAND.match(text, position):
        return "与前面一项之间缺运算符、比较号，或“且”“或”"
    return ""
