"""What a column of a ledger says: which fact, which year, in which unit.

A head is a path of cells from the top level to the leaf (「销售收入（万元）」, 「2024年」). Years
and units are taken out of it; what remains must be exactly a name or alias of the catalogue.
Nothing is guessed: 「销售收入增长率」 is not 销售收入, and 「近三年研发费用」 is no yearly figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.titles import KINDS

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """``role`` is "fact", "year" (the column that holds the fiscal year), "title" or
    "nothing" (a running number). For a fact: ``code``, the ``year`` if the head names one,
    and ``factor`` to the fact's own unit if the head states it (万元: 10000). For a title:
    ``code`` is the field of ``titles.Title``; ``kind`` the title that the head implies."""

    role: str
    code: str = ""
    year: int | None = None
    factor: int | None = None
    kind: str = ""

    @property
    def fact(self) -> Fact:
        return catalogue()[self.code]

    @property
    def key(self) -> str:
        """The column it claims: two heads with one key contradict each other."""
        year = "" if self.year is None else f"@{self.year}"
        return f"{self.role}:{self.code}{year}"


# --- normal form ---------------------------------------------------------------------------

_PUNCTUATION = re.compile(
    r"[\s\u200b\ufeff()\[\]{}<>《》〈〉【】「」“”\"'‘’、,，.。·:：;；*#_—–\-/\\|~+]+"
)


@cache
def normal(text: str) -> str:
    """Width, case, spaces, brackets and punctuation do not matter in a head."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).lower())


_TITLE_HEADS = {
    "kind": ("资格类型", "资质类型", "证书类型", "证书种类", "资格名称", "证书名称"),
    "number": ("证书编号", "证书号", "证书号码", "资格证书编号"),
    "issued_on": ("发证日期", "发证时间", "颁证日期", "颁发日期"),
    "valid_to": (
        "有效期至",
        "有效期止",
        "有效期截止",
        "有效期截止日期",
        "证书有效期至",
        "到期日期",
        "到期时间",
    ),
    "cancelled_on": ("取消日期", "撤销日期"),
}
_TITLE_LEAVES = {"编号": "number"}
_YEAR_HEADS = (
    "年度",
    "年份",
    "会计年度",
    "财务年度",
    "财年",
    "所属年度",
    "数据年度",
    "统计年度",
    "填报年度",
    "year",
    "fiscal year",
)
_NUMBERING = ("序号", "编号", "行号", "no", "no.", "#")
#: 名 … of the whole firm: words before a name that change nothing.
_BEFORE = re.compile(r"^(?:其中|本企业|本公司|企业|公司|本单位|单位|全年|年度|年)+")
#: … and words after it.
_AFTER = re.compile(
    r"(?:总金额|总额|金额|数额|额|合计|总计|总人数|人数|总数|数量|项数|件数|个数|数)$"
)
_BLANK_LEAVES = frozenset({"金额", "数额", "数值", "数量", "人数", "小计金额"})
#: Group heads under which a leaf keeps its meaning (「基本情况」/「成立日期」) …
_GROUP = re.compile(r".*(?:情况|信息|指标|数据|资料|状况|概况|信息表|情况表)$")
#: … unless the group itself changes it.
_CHANGED = re.compile(
    r"预算|计划|目标|预计|预测|增|占|比|率|集团|合并|其中|累计|[季月]|半年|申请|项目|历史|差|变化"
)


@cache
def _meanings() -> dict[str, Meaning]:
    """Normal form of every head that has a meaning by itself."""
    known: dict[str, Meaning] = {}
    for fact in catalogue().values():
        if fact.unit != "记录":
            for word in (fact.code, fact.name, *fact.aliases):
                known.setdefault(normal(word), Meaning("fact", fact.code))
    for part, words in _TITLE_HEADS.items():
        for word in words:
            known[normal(word)] = Meaning("title", part)
    for word in _YEAR_HEADS:
        known[normal(word)] = Meaning("year")
    for word in _NUMBERING:
        known[normal(word)] = Meaning("nothing")
    known.pop("", None)
    return known


_HARMLESS_GROUP = re.compile(r"(?:企业|单位|公司|其他|基本)*(?:情况|信息)")


def carry_key(head: str) -> str:
    """The head 「基本情况/主营产品」 for comparison with another file's: groups that say nothing
    are dropped, then the normal form."""
    *groups, leaf = head.split("/")
    kept = [group for group in groups if not _HARMLESS_GROUP.fullmatch(normal(group))]
    return normal("".join([*kept, leaf]))


# --- year and unit -------------------------------------------------------------------------

_MONEY = {"元": 1, "千元": 10**3, "万元": 10**4, "百万元": 10**6, "千万元": 10**7, "亿元": 10**8}
#: unit of the fact → unit written in a head → factor
_FACTORS = {
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
_ALL_UNITS = sorted({u for units in _FACTORS.values() for u in units} | {"%", "‰"}, key=len)[::-1]
_UNIT = "|".join(map(re.escape, _ALL_UNITS))
_MONEY_UNIT = "|".join(sorted(_MONEY, key=len)[::-1])
_BRACKETED_UNIT = re.compile(rf"[(\[【]\s*(?:单位\s*[:：]?)?\s*({_UNIT})\s*[)\]】]")
_LISTED_UNIT = re.compile(rf"[,，、;]\s*(?:单位\s*[:：]?)?\s*({_UNIT})\s*(?=[)\]】])")
_TRAILING_UNIT = re.compile(rf"(?:[,，:：/、\-_ ]\s*|单位[:：]?)({_UNIT})$|({_MONEY_UNIT})$")
_SHEET_UNIT = re.compile(rf"单\s*位\s*[:：]\s*(?:人民币)?\s*({_MONEY_UNIT})")

_CALENDAR = re.compile(
    r"(?:fy\s*)?(?<![0-9])((?:19[89]|20[0-9])[0-9]|(?<![0-9])[0-3][0-9](?=年))(?![0-9])"
    r"(?:会计年度|年度|财年|年)?(?:(12月31日|12月末|末|底)(?:止)?)?"
)
_RELATIVE = re.compile(
    r"(大前年度?|上上年度?|前年度?(?!内)|上一?个?会计年度|上一?年度?|去年度?|最?近一(?:个会计)?年度?)(末|底)?"
)
_YEARS_BACK = {"大": 3, "上上": 2, "前": 2}
_SEVERAL_YEARS = re.compile(r"近[二三两23四五]年|[三两]年(?:合计|累计|平均)|年均")
#: Facts that stand at a year's end anyway: 「2024年末资产总额」 is the year's figure.
_AT_YEAR_END = frozenset(
    {
        "net_assets",
        "total_assets",
        "liabilities",
        "current_assets",
        "noncurrent_assets",
        "current_liabilities",
        "noncurrent_liabilities",
    }
)
_REMARK = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class _Part:
    """One level of a head: the words left, and what was taken out of them."""

    words: str
    year: int | None = None
    unit: str | None = None
    year_end: bool = False
    bad: bool = False


@cache
def _part(text: str, application_year: int) -> _Part:
    words = unicodedata.normalize("NFKC", text).lower()
    words = re.sub(r"\s+", " ", words).strip()
    bare, unit = _without_unit(words)
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
    return _Part(bare.strip(), found[0][1] if found else None, unit, year_end, bad)


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _years_back(words: str) -> int:
    return next((n for start, n in _YEARS_BACK.items() if words.startswith(start)), 1)


def _without_unit(words: str) -> tuple[str, str | None]:
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


# --- meaning -------------------------------------------------------------------------------


@cache
def understand(path: Path, application_year: int) -> Meaning | None:
    """The meaning of a head, ``None`` if it is not one that we know."""
    levels = tuple(dict.fromkeys(level for level in path if level.strip()))
    return (
        _canonical(levels)
        or _dated(levels, application_year)
        or _meanings().get(normal("".join(levels)))
        or _split(levels, application_year)
    )


def _split(levels: Path, application_year: int) -> Meaning | None:
    """A .csv often carries the levels in one cell: 「高企证书/发证日期」."""
    if len(levels) != 1 or "/" not in levels[0]:
        return None
    return understand(tuple(levels[0].split("/")), application_year)


def _canonical(levels: Path) -> Meaning | None:
    """``sales@2023``, ``staff``: exactly the codes that files are exchanged under."""
    code, _, year = levels[-1].strip().partition("@") if len(levels) == 1 else ("", "", "")
    fact = catalogue().get(code)
    if fact is None or fact.unit == "记录" or (year and not re.fullmatch("[0-9]{4}", year)):
        return None
    if year and not fact.yearly:
        return None
    return Meaning("fact", code, int(year) if year else None, 1 if fact.numeric else None)


def _dated(levels: Path, application_year: int) -> Meaning | None:
    parts = [_part(level, application_year) for level in levels]
    years = {part.year for part in parts} - {None}
    if len(years) > 1 or any(part.bad for part in parts):
        return None
    units = [part.unit for part in parts if part.unit]
    meaning = _named(tuple(part.words for part in parts if normal(part.words)))
    if meaning is None:
        return None
    year_end = any(part.year_end for part in parts)
    return _fitted(meaning, years.pop() if years else None, units[-1] if units else None, year_end)


def _fitted(meaning: Meaning, year: int | None, unit: str | None, year_end: bool) -> Meaning | None:
    """The meaning with its year and unit, unless they cannot belong to it."""
    if meaning.role != "fact":
        return meaning if year is None and unit is None else None
    fact = meaning.fact
    if year is not None and not fact.yearly:
        return None
    if year_end and meaning.code not in _AT_YEAR_END:
        return None
    if unit is None:
        return replace(meaning, year=year)
    factor = unit_factor(meaning, unit)
    return replace(meaning, year=year, factor=factor) if factor else None


def unit_factor(meaning: Meaning, unit: str) -> int | None:
    """What a number in ``unit`` is multiplied by to come to the fact's own unit; ``None`` if
    the unit does not fit the fact."""
    if meaning.role != "fact":
        return None
    return _FACTORS.get(meaning.fact.unit, {}).get(unit.strip().lower()) or None


def _named(words: Path) -> Meaning | None:
    """The meaning of the words that remain, level by level; the longest reading first."""
    if not words:
        return None
    for reading in ("".join(words), "".join(reversed(words))):
        meaning = _lookup(reading)
        if meaning:
            return meaning
    if len(words) == 1:
        return None
    return _under_groups(words)


def _under_groups(words: Path) -> Meaning | None:
    *groups, leaf = words
    kind = next((KINDS[g] for g in map(_title_group, groups) if g in KINDS), "")
    if kind:
        part = _TITLE_LEAVES.get(normal(leaf)) or _title_part(leaf)
        return Meaning("title", part, kind=kind) if part else None
    if normal(leaf) in _BLANK_LEAVES:
        return _named(tuple(groups))
    if all(_is_group(group) for group in groups):
        return _lookup(leaf)
    return None


def _title_group(words: str) -> str:
    return normal(words).removesuffix("证书").removesuffix("资格").removesuffix("证书")


def _title_part(leaf: str) -> str | None:
    meaning = _meanings().get(normal(leaf))
    return meaning.code if meaning and meaning.role == "title" else None


def _is_group(words: str) -> bool:
    name = normal(words)
    return _GROUP.fullmatch(name) is not None and _CHANGED.search(name) is None


def _lookup(words: str) -> Meaning | None:
    """Exactly, then without harmless words; remarks in brackets only beside text and dates
    (「企业名称（盖章）」), because they change a number (「销售收入（预计）」)."""
    known = _meanings()
    name = normal(words)
    if name in known:
        return known[name]
    without = normal(_REMARK.sub("", words))
    meaning = known.get(without)
    if meaning and without != name and meaning.role == "fact" and not meaning.fact.numeric:
        return meaning
    shorter = _BEFORE.sub("", name)
    for candidate in (shorter, _AFTER.sub("", name), _AFTER.sub("", shorter)):
        meaning = known.get(candidate)
        if meaning and meaning.role == "fact" and meaning.fact.numeric:
            return meaning
    return None
