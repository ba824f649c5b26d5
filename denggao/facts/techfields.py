"""A technical field of the law in a cell: by code, by title, or both."""

from __future__ import annotations

import datetime
import re
from functools import cache

from denggao.facts.catalogue import is_technical_field, technical_fields
from denggao.facts.celltext import BadCell, plain_text, refuse_broken, says_nothing
from denggao.facts.identity import half_width


@cache
def _fields_by_title() -> dict[str, str]:
    fields = technical_fields().items()
    return {_title(name): code for code, name in fields if is_technical_field(code)}


_FIELD_CODE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,2}){1,2})(?:[\s、.:：-]+(.*))?")


def field_code(cell: object) -> str | None:
    """A technical field of the lowest level, by code (1.1.10) or by its title in words."""
    if isinstance(cell, datetime.date):
        raise _bad_field("Excel 把代码当成了日期；请把该列设为文本后重填")
    words = plain_text(cell)
    if says_nothing(words) or words == "无":
        return None
    refuse_broken(words)
    last, code, match = _last_level(words)
    if not is_technical_field(code):
        raise _bad_field(_about_field(code or last))
    title = technical_fields()[code]
    if match and match.group(2) and _title(match.group(2)) != _title(title):
        raise _bad_field(f"代码 {code} 是“{title}”，与文字不符")
    return code


def _last_level(words: str) -> tuple[str, str, re.Match[str] | None]:
    """The lowest level of 「电子信息/软件/物联网应用软件」 with its code. Some titles have a
    slash of their own, so what follows each separator is tried, the longest first."""
    last = words
    for start in [0, *(mark.end() for mark in re.finditer(r"[/>＞\\→]", words))]:
        last = words[start:].strip()
        match = _FIELD_CODE.fullmatch(last)
        code = match.group(1) if match else _fields_by_title().get(_title(last), "")
        if code:
            return last, code, match
    return last, "", None


def _bad_field(advice: str) -> BadCell:
    return BadCell("not_a_field", "技术领域三级代码（如 1.1.10）或三级名称", advice)


def _title(words: str) -> str:
    return re.sub(r"\s+", "", half_width(words))


def _about_field(words: str) -> str:
    fields = technical_fields()
    if words in fields or words in fields.values():
        return "只写到了上一级；请写到最细一级"
    return "不在《国家重点支持的高新技术领域》中；请核对代码或名称"
