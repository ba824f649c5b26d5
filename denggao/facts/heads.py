"""What a column of a ledger says: which fact, which year, in which unit.

A head is a path of cells from the top level to the leaf (「销售收入（万元）」, 「2024年」). Years
and units are taken out of it; what remains must be exactly a name or alias of the catalogue.
Nothing is guessed: 「销售收入增长率」 is not 销售收入, and 「近三年研发费用」 is no yearly figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from denggao.facts.catalogue import catalogue
from denggao.facts.headparts import (
    FACTORS,
    HeadPart,
    head_part,
    normal,
    sheet_factor,
    without_span,
    without_unit,
)
from denggao.facts.headwords import Meaning, known_words, meanings
from denggao.facts.titles import KINDS

__all__ = [
    "Meaning",
    "Path",
    "known_words",
    "normal",
    "sheet_factor",
    "understand",
    "unit_factor",
]

Path = tuple[str, ...]


_TITLE_LEAVES = {"编号": "number", "号": "number", "号码": "number"}
_KIND_THEN = re.compile(r"(?:企业)?(?:认定)?(?:资格)?(?:证书)?")
#: 名 … of the whole firm: words before a name that change nothing.
_BEFORE = re.compile(r"^(?:其中|本企业|本公司|企业|公司|本单位|单位|全年|年度|年)+")
#: … and words after it.
_AFTER = re.compile(
    r"(?:总金额|总额|金额|数额|额|合计|总计|总人数|人数|总数|数量|项数|件数|个数|数)$"
)
_BLANK_LEAVES = frozenset(
    {"金额", "数额", "数值", "数量", "人数", "小计金额"}
    | {"实际", "实际数", "实际金额", "实际发生", "实际发生数", "实际发生额"}
)
#: What stands at a year's end says nothing more with these below it.
_YEAR_END_LEAVES = frozenset(
    {"年末", "年末数", "年末余额", "年末金额", "期末", "期末数", "期末余额", "期末金额"}
)
#: Under these, what stands at a year's end keeps its meaning.
_BALANCE_GROUP = re.compile(r"[年期]末(?:资产负债|资产|负债|所有者权益|净资产|余额|金额|数)?")
#: Under these, whom to call and the number keep theirs.
_CONTACT_GROUP = re.compile(
    r"(?:企业|单位|公司)?联[系络](?:人|方式)?(?:[及和与]?(?:联系)?(?:电话|手机|方式))?"
)
_CONTACT = ("contact", "phone")
#: Group heads under which a leaf keeps its meaning (「基本情况」/「成立日期」) …
_GROUP = re.compile(
    r".*(?:情况|信息|指标|数据|资料|状况|概况|信息表|情况表)|"
    r"(?:企业|单位|公司)?(?:基本|财务|经营|经济|人员|人力资源|职工|资产|收入|研发|科技|创新|知识产权)?"
)
#: … unless the group itself changes it.
_CHANGED = re.compile(
    r"预算|计划|目标|预计|预测|增|占|比|率|集团|合并|其中|累计|同期|[季月]|半年|申请|项目|历史|差|变化"
)
_GROUP_END = re.compile(r"(?:情况表?|信息表?|指标|数据|资料|状况|概况|明细|结构)$")
#: Under these, the parts of R&D expenses keep their meaning, and nothing else does.
_RD_GROUP = re.compile(
    r"(?:其中)?(?:(?:企业)?内部|委托外部)?(?:研究开发|研发)(?:投入|费用?|经费)?(?:额|总额)?(?:明细|结构|构成)?"
)
_RD_PARTS = frozenset(
    code
    for code in catalogue()
    if code.startswith("rd_") and code not in ("rd_staff", "rd_expense")
)


def is_other_figure(words: str) -> bool:
    """Do these words make another figure of what they stand beside (增长率, 目标, 预算)?"""
    return _CHANGED.search(normal(words)) is not None


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
#: A span of years that is added up is no group of years.
_SUMMED = re.compile("合计|累计|平均|年均|总和")


# --- meaning -------------------------------------------------------------------------------


@cache
def understand(path: Path, application_year: int) -> Meaning | None:
    """The meaning of a head, ``None`` if it is not one that we know."""
    levels = tuple(dict.fromkeys(level for level in path if level.strip()))
    return (
        _canonical(levels)
        or _in_full(levels)
        or _dated(levels, application_year)
        or meanings().get(normal("".join(levels)))
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


def _in_full(levels: Path) -> Meaning | None:
    """A fact whose name speaks of years itself, 近三年新增股权融资额: only a unit comes out."""
    words, unit = without_unit("".join(levels))
    meaning = meanings().get(normal(words))
    if meaning is None or meaning.role != "fact" or meaning.fact.yearly:
        return None
    return _fitted(meaning, None, unit, False)


def _dated(levels: Path, application_year: int) -> Meaning | None:
    parts = _in_its_year([head_part(level, application_year) for level in levels], levels)
    if any(part.bad for part in parts):
        return None
    meaning = _named(tuple(part.words for part in parts if normal(part.words)))
    return None if meaning is None else fitted(meaning, parts)


def _in_its_year(parts: list[HeadPart], levels: Path) -> list[HeadPart]:
    """Under a group of several years (「近三年销售收入」/「2024年」) a level that names one year
    says which is meant; the span above it adds nothing."""
    if not any(part.bad for part in parts):
        return parts
    if sum(part.year is not None and not part.bad for part in parts) != 1:
        return parts
    if any(_SUMMED.search(part.words) for part in parts if part.bad):
        return parts
    return [
        head_part(without_span(level), 0) if part.bad else part
        for part, level in zip(parts, levels, strict=True)
    ]


def fitted(meaning: Meaning, parts: Sequence[HeadPart]) -> Meaning | None:
    """The meaning with the year and unit of its levels, unless they cannot belong to it. The
    unit of a group (「财务数据（万元）」) does not concern the head counts below it."""
    years = {part.year for part in parts} - {None}
    if len(years) > 1:
        return None
    told = [
        part.unit
        for level, part in enumerate(parts)
        if part.unit and (level == len(parts) - 1 or not _is_no_unit_of(meaning, part))
    ]
    year_end = any(part.year_end for part in parts)
    return _fitted(meaning, years.pop() if years else None, told[-1] if told else None, year_end)


def _is_no_unit_of(meaning: Meaning, part: HeadPart) -> bool:
    return _is_group(part.words) and not unit_factor(meaning, part.unit or "")


def _fitted(meaning: Meaning, year: int | None, unit: str | None, year_end: bool) -> Meaning | None:
    """The meaning with its year and unit, unless they cannot belong to it."""
    if meaning.role == "share":
        return replace(meaning, year=year) if unit in (None, "%") else None
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
    return FACTORS.get(meaning.fact.unit, {}).get(unit.strip().lower()) or None


def unit_words(meaning: Meaning, factor: int | None = None) -> str:
    """The unit in which a column of this meaning is read, as one writes it; "" without one."""
    if meaning.role != "fact" or not meaning.fact.numeric:
        return ""
    units, times = FACTORS[meaning.fact.unit], factor or meaning.factor or 1
    return next((unit for unit, size in units.items() if size == times), meaning.fact.unit)


def _named(words: Path) -> Meaning | None:
    """The meaning of the words that remain, level by level; the longest reading first."""
    if not words:
        return None
    stems = tuple(_stem(word) for word in words)
    for reading in dict.fromkeys((words, words[::-1], stems, stems[::-1])):
        meaning = _lookup("".join(reading))
        if meaning:
            return meaning
    return _certificate(normal(words[0])) if len(words) == 1 else _under_groups(words)


def _stem(words: str) -> str:
    """「知识产权情况」 says no more than 「知识产权」."""
    return words if is_other_figure(words) else _GROUP_END.sub("", words)


def _certificate(name: str) -> Meaning | None:
    """「高企证书编号」: the kind of a certificate and a field of it in one word."""
    for short, kind in KINDS.items():
        if name.startswith(short):
            rest = name[len(short) :]
            rest = rest[_prefix_length(rest) :]
            field = _TITLE_LEAVES.get(rest) or _title_part(rest)
            if field:
                return Meaning("title", field, kind=kind)
    return None


def _prefix_length(rest: str) -> int:
    match = _KIND_THEN.match(rest)
    return match.end() if match else 0


def _under_groups(words: Path) -> Meaning | None:
    *groups, leaf = words
    kind = next((KINDS[g] for g in map(_title_group, groups) if g in KINDS), "")
    if kind:
        field = _TITLE_LEAVES.get(normal(leaf)) or _title_part(leaf)
        return Meaning("title", field, kind=kind) if field else None
    if normal(leaf) in _BLANK_LEAVES:
        return _named(tuple(groups))
    if normal(leaf) in _YEAR_END_LEAVES:
        whole = _named(tuple(groups))
        return whole if whole and whole.code in _AT_YEAR_END else None
    meaning = _lookup(leaf)
    if meaning and _keeps_meaning(meaning, groups):
        return meaning
    if all(_is_group(group) for group in groups) or _is_part_of(meaning, groups, leaf):
        return meaning
    if all(map(_RD_GROUP.fullmatch, map(normal, groups))):
        meaning = _lookup("研发" + leaf) or meaning  # 其他费用
        return meaning if meaning and meaning.code in _RD_PARTS else None
    return None


def _keeps_meaning(meaning: Meaning, groups: list[str]) -> bool:
    """「联系人及电话」/「电话」, 「期末资产」/「负债合计」."""
    names = [normal(group) for group in groups]
    if meaning.code in _CONTACT:
        return all(map(_CONTACT_GROUP.fullmatch, names))
    return meaning.code in _AT_YEAR_END and all(map(_BALANCE_GROUP.fullmatch, names))


def _is_part_of(meaning: Meaning | None, groups: list[str], leaf: str) -> bool:
    """「职工总数」/「其中：科技人员」: a fact that can never exceed the one it stands under."""
    if meaning is None or meaning.role != "fact" or not normal(leaf).startswith("其中"):
        return False
    whole = _named(tuple(groups))
    return whole is not None and meaning.fact.at_most == whole.code


def _title_group(words: str) -> str:
    return re.sub(r"(?:认定|资格|证书)+$", "", normal(words))


def _title_part(leaf: str) -> str | None:
    meaning = meanings().get(normal(leaf))
    return meaning.code if meaning and meaning.role == "title" else None


def _is_group(words: str) -> bool:
    name = normal(words)
    return _GROUP.fullmatch(name) is not None and _CHANGED.search(name) is None


def _lookup(words: str) -> Meaning | None:
    """Exactly, then without harmless words; remarks in brackets only beside text and dates
    (「企业名称（盖章）」), because they change a number (「销售收入（预计）」)."""
    known = meanings()
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
        if meaning and meaning.role == "share":
            return meaning
        if meaning and meaning.role == "fact" and meaning.fact.numeric:
            return meaning
    return None
