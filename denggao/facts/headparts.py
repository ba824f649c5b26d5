"""What is written into a head besides its name: years and units; and its normal form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

# --- normal form ---------------------------------------------------------------------------

_PUNCTUATION = re.compile(
    r"[\s\u200b\ufeff()\[\]{}<>《》〈〉【】「」“”\"'‘’、,，.。·:：;；*#_—–\-/\\|~+]+"
)


def normal_head(text: str) -> str:
    """Width, case, spaces, brackets and punctuation do not matter in a head."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).lower())


#: The same, remembered: for heads, of which there are few.
normal = cache(normal_head)


# --- year and unit -------------------------------------------------------------------------

_MONEY = {"元": 1, "千元": 10**3, "万元": 10**4, "百万元": 10**6, "千万元": 10**7, "亿元": 10**8}
#: unit of the fact → unit written in a head → factor
FACTORS = {
    "元": {
        **_MONEY,
        **{f"人民币{k}": v for k, v in _MONEY.items()},
        "万": 10**4,
        "亿": 10**8,
        "rmb": 1,
        "元人民币": 1,
        "万元人民币": 10**4,
    },
    "人": {"人": 1, "名": 1, "万人": 10**4, "人次": 0},
    "项": {"项": 1, "件": 1, "个": 1, "条": 1, "篇": 1},
    "分": {"分": 1},
    "天": {"天": 1, "日": 1},
}
_ALL_UNITS = sorted({u for units in FACTORS.values() for u in units} | {"%", "‰"}, key=len)[::-1]
_UNIT = "|".join(map(re.escape, _ALL_UNITS))
_MONEY_UNIT = "|".join(sorted(_MONEY, key=len)[::-1])
_BRACKETED_UNIT = re.compile(rf"[(\[【]\s*(?:单位\s*[:：]?)?\s*({_UNIT})\s*[)\]】]")
_LISTED_UNIT = re.compile(rf"[,，、;]\s*(?:单位\s*[:：]?)?\s*({_UNIT})\s*(?=[)\]】])")
_TRAILING_UNIT = re.compile(rf"(?:[,，:：/、\-_ ]\s*|单位[:：]?)({_UNIT})$|({_MONEY_UNIT})$")
_SHEET_UNIT = re.compile(
    rf"单\s*位\s*(?:均?[为是]|[:：])\s*(?:[人户家个项件名]\s*[、,，/和]\s*)*(?:人民币)?\s*({_MONEY_UNIT})"
)
_TITLE_UNIT = re.compile(
    rf"[(（\[【]\s*(?:金额\s*[:：]\s*)?(?:人民币)?({_MONEY_UNIT})\s*[)）\]】]|^金额\s*[:：]\s*({_MONEY_UNIT})$"
)

_CALENDAR = re.compile(
    r"(?:fy\s*)?(?<![0-9])((?:19[89]|20[0-9])[0-9]|(?<![0-9])[0-3][0-9](?=年))(?![0-9])"
    r"(?:会计年度|年度|财年|年)?(?:(12月31日|12月末|末|底)(?:止)?)?"
)
_RELATIVE = re.compile(
    r"(大前年度?|上上年度?|前年度?(?!内)|上一?个?会计年度|上一?年度?|去年度?|最?近一(?:个会计)?年度?)(末|底)?"
)
_YEARS_BACK = {"大": 3, "上上": 2, "前": 2}
_SEVERAL_YEARS = re.compile(
    r"近[二三两23四五]个?(?:会计)?年|上[二三两23四五]年度?|[三两]年(?:合计|累计|平均)|年均"
)


@dataclass(frozen=True, slots=True)
class HeadPart:
    """One level of a head: the words left, and what was taken out of them."""

    words: str
    year: int | None = None
    unit: str | None = None
    year_end: bool = False
    bad: bool = False


@cache
def head_part(text: str, application_year: int) -> HeadPart:
    """One level taken apart. ``application_year`` N gives 上年 (N − 1) and the like."""
    bare, unit = without_unit(text)
    bad = _SEVERAL_YEARS.search(bare) is not None
    calendar = list(_CALENDAR.finditer(bare))
    relative = list(_RELATIVE.finditer(bare))
    found = [(m, _full_year(m.group(1))) for m in calendar]
    found += [(m, application_year - _years_back(m.group(1))) for m in relative]
    if len({year for _, year in found}) > 1:
        bad = True
    for match, _ in found:
        bare = bare.replace(match.group(0), " ", 1)
    year_end = any(match.group(2) for match, _ in found)
    return HeadPart(bare.strip(), found[0][1] if found else None, unit, year_end, bad)


_SPAN = re.compile(
    r"\(?(?:19|20)[0-9]{2}年?度?[-—–~至到](?:19|20)[0-9]{2}(?:年度?|\))?\)?"
    r"|(?:最?近|上)[二三两23四五]个?(?:会计)?年度?"
)


def without_span(text: str) -> str:
    """A head without the several years that it speaks of: 近三年, 2023-2025年."""
    words = _SPAN.sub("", unicodedata.normalize("NFKC", text))
    return words.replace("()", "")


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _years_back(words: str) -> int:
    return next((n for start, n in _YEARS_BACK.items() if words.startswith(start)), 1)


def without_unit(text: str) -> tuple[str, str | None]:
    """The words of a head, and the unit that was among them."""
    words = unicodedata.normalize("NFKC", text).lower()
    words = re.sub(r"\s+", " ", words).strip()
    for pattern in (_BRACKETED_UNIT, _LISTED_UNIT, _TRAILING_UNIT):
        match = pattern.search(words)
        if match:
            unit = next(group for group in match.groups() if group)
            return words[: match.start()] + words[match.end() :], unit
    return ("", words) if words in _ALL_UNITS else (words, None)


def sheet_factor(cells: Iterable[object]) -> int | None:
    """Factor of a line such as 「单位：万元」 above the heads; ``None`` if there is none."""
    for cell in cells:
        match = _SHEET_UNIT.search(cell) if isinstance(cell, str) else None
        if match:
            return _MONEY[match.group(1)]
    return None


def title_factor(cells: Iterable[object]) -> int | None:
    """The same of a title, which may say it in brackets: 「企业台账（万元）」; ``None`` also
    where it says two."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    stated = sheet_factor(texts)
    if stated is not None:
        return stated
    found = {match.group(1) or match.group(2) for t in texts for match in _TITLE_UNIT.finditer(t)}
    return _MONEY[found.pop()] if len(found) == 1 else None
