"""What each column of a form wants: a fact of a year in a unit, a certificate, a sum, a share …

A head that only resembles a fact asks for nothing we know: it is left to a person, with the
fact that it resembles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from denggao.documents.filling.context import Context
from denggao.documents.filling.headrows import HeadColumn, Meant
from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.enterprise import key_of
from denggao.facts.heads import Meaning, is_other_figure, normal
from denggao.facts.likeness import suggest
from denggao.facts.titles import KINDS

_OR = re.compile(r"[/／、]|或者?")
_RUNNING = frozenset({"序号", "行号", "no", "顺序号"})
_TOTAL = re.compile(r"(?:近?[三3]年)?(?:合计|小计|总计)")
_LEVEL = re.compile(r"([一二三])级(?:领域|技术领域|分类|目录)?|八大领域")
_SHARE = re.compile(r"(.+?)占(.+?)(?:的)?(?:比例|比重|百分比|比)")
_WINDOW = re.compile(r"(?:最?近[三3]个?(?:会计)?年度?|[三3]年)")
_ONE_YEAR = re.compile(r"(?:19|20)[0-9]{2}年?度?|最?近一个?(?:会计)?年度?|上一?年度?")
_RELATIVE = re.compile(r"本[年期]|[当今去前]年|上一?个?(?:会计)?年|最?近[一二两三23]个?(?:会计)?年")
_TWO_CALIBRES = (
    "科技型中小企业评价的研发费用按加计扣除口径归集，台账的研发费用是高企口径，两个数不同，没有填；"
    "表头写明“研发费用（加计扣除口径）”或“研发费用（高企口径）”的才填"
)
_NO_CALIBRE = frozenset({"rd_super", "rd_staff", "rd_institution", "rd_body"})
_YEAR_END = re.compile(r"(?<=年)[末底]|期末")
#: 「高企证书有效期」, also 「有效期」/「起」.
_VALIDITY = re.compile(
    r"(?:企业)?(?:认定)?(?:资格|资质)?(?:证书)?有效期限?(?:(?P<both>起止|起讫)|(?P<start>起始?|自|开始)|"
    r"(?P<end>止|至|截止|终止|结束))?(?:日期|时间|年月日?|日)?"
)
_EMPTY_WORDS = re.compile(r"同期|当年|总额|总和|之和|企业|的|年度")


@dataclass(frozen=True)
class Share:
    """Keys that are summed above and below the line."""

    above: tuple[str, ...]
    below: tuple[str, ...]


@dataclass(frozen=True)
class Ask:
    """One column. ``kind``: "number" (running), "fact", "title", "year", "level" (of the
    technical field), "sum" (of the columns ``parts``), "share", "carry" (the ledger's column
    of the same head, if it has one) or "none" (left blank on purpose). ``assumed`` and
    ``refused`` are for the person who reads the form; a refused column is not filled.
    ``undated``: the head names no year; ``relative``: it says 上年, 近三年 or the like;
    ``loose``: it is read with good will, so that the ledger's column of the same head comes
    first. The key "validity" of a "title" is the
    span of its days."""

    column: HeadColumn
    kind: str
    key: str = ""
    factor: int = 1
    detail: str = ""
    level: int = 0
    parts: tuple[int, ...] = ()
    share: Share | None = None
    assumed: str = ""
    refused: str = ""
    resembles: str = ""
    undated: bool = False
    relative: str = ""
    loose: bool = False

    @property
    def fact(self) -> Fact:
        return catalogue()[self.key.partition("@")[0]]

    @property
    def year(self) -> str:
        return self.key.partition("@")[2]

    @property
    def words(self) -> str:
        """「2024 年研发费用」."""
        if self.kind == "fact":
            return (f"{self.year} 年" if self.year else "") + self.fact.name
        return self.column.levels[-1]


def asks_of(columns: Sequence[HeadColumn], context: Context, meant: Meant) -> list[Ask]:
    """One for each column, in their order."""
    asks = [_ask(column, context, meant) for column in columns]
    asks = [_dated(ask, asks) for ask in asks]
    asks = [_of_kind(ask, asks) for ask in asks]
    asks = [_of_calibre(ask, context) for ask in asks]
    return [_summed(ask, asks) for ask in asks]


def _dated(ask: Ask, asks: Sequence[Ask]) -> Ask:
    """年度 is the year of figures only beside figures that name none; else it may be that of an
    award or an application."""
    if ask.kind != "year" or ask.refused:
        return ask
    figures = any(other.kind == "fact" and other.year and other.assumed for other in asks)
    if figures and normal(ask.column.levels[-1]) != "填报年度":
        return ask
    return replace(ask, refused="说不准是哪一种年度，由填表人定", assumed="")


def _of_kind(ask: Ask, asks: Sequence[Ask]) -> Ask:
    """A certificate of no kind is any: 专精特新 as well as 高新技术企业. Only a column 资格类型
    beside it says which one was filled in."""
    if ask.kind != "title" or ask.detail:
        return ask
    if any(other.kind == "title" and other.key == "kind" for other in asks):
        return ask
    return replace(ask, refused="表头和表题没有说是哪一种证书，没有填")


def _of_calibre(ask: Ask, context: Context) -> Ask:
    """科技型中小企业 count research by the rules of the super deduction, the ledger's 研发费用 is
    counted by those of 高新技术企业: only a head that says 高企 asks for it there."""
    if not context.taxes_calibre or "高企" in ask.column.head or ask.refused:
        return ask
    keys = (
        [ask.key]
        if ask.kind == "fact"
        else [*ask.share.above, *ask.share.below]
        if ask.share
        else []
    )
    codes = {key.partition("@")[0] for key in keys}
    if any(code.startswith("rd_") and code not in _NO_CALIBRE for code in codes):
        return replace(ask, refused=_TWO_CALIBRES, assumed="")
    return ask


def _ask(column: HeadColumn, context: Context, meant: Meant) -> Ask:
    levels = context.said(column.levels)
    meaning = meant(levels) or _either(levels, meant)
    if meaning is None:
        return _unknown(column, levels, context, meant)
    if meaning.role == "nothing":
        running = normal(column.levels[-1]) in _RUNNING
        return Ask(column, "number" if running else "none")
    if meaning.role == "year":
        year, why = context.year()
        return Ask(column, "year", str(year or ""), assumed=why, refused="" if year else why)
    if meaning.role == "share":
        return _known_share(column, meaning, context)
    if meaning.role == "title":
        return Ask(column, "title", meaning.code, detail=meaning.kind or context.title_kind)
    return _fact(column, levels, meaning, context)


def _either(levels: tuple[str, ...], meant: Meant) -> Meaning | None:
    """「联系电话/手机」: two names of one fact."""
    names = [name for name in _OR.split(levels[-1]) if name.strip()]
    found = {meant((*levels[:-1], name)) for name in names} if len(names) > 1 else set()
    return found.pop() if len(found) == 1 else None


def _fact(column: HeadColumn, levels: tuple[str, ...], meaning: Meaning, context: Context) -> Ask:
    fact, year, assumed, undated = meaning.fact, meaning.year, [], False
    if levels != column.levels:
        assumed.append(f"“本年”{context.report_words}")
    if fact.yearly and year is None:
        year, why = context.year()
        if year is None:
            return Ask(column, "fact", fact.code, refused=why)
        undated = True
        assumed.append(why)
    elif year is not None and context.relative_is_open(levels, year):
        why = "表里又有“本年”又有“上年”，说不准是哪一年；请用 --year 写明本年是哪一年"
        return Ask(column, "fact", fact.code, refused=why)
    factor = meaning.factor
    if factor is None and fact.unit == "元":
        if context.units_clash:
            why = "表头没有单位，表里写了几种金额单位；请在表头写明"
            return Ask(column, "fact", key_of(fact.code, year), refused=why)
        factor = context.unit
        if factor is None:
            assumed.append("表头没有单位，按元填")
    said = _RELATIVE.search("".join(column.levels))
    return Ask(
        column, "fact", key_of(fact.code, year), factor=factor or 1, assumed="；".join(assumed),
        undated=undated, relative=said.group() if said and fact.yearly else "",
    )  # fmt: skip


# --- heads that are no fact ----------------------------------------------------------------


def _unknown(column: HeadColumn, levels: tuple[str, ...], context: Context, meant: Meant) -> Ask:
    validity = _validity(column, levels, context)
    if validity:
        return validity
    counted = _at_year_end(column, levels, context, meant)
    if counted:
        return counted
    level = _field_level(levels, meant)
    if level:
        return Ask(column, "level", "field_code", level=level)
    share = _share("".join(levels), context, meant)
    if share is None and len(levels) > 1 and not any(map(is_other_figure, levels[:-1])):
        years = "".join(_ONE_YEAR.findall("".join(levels[:-1])))
        share = _share(years + levels[-1], context, meant)
    if share:
        words = "".join(levels)
        stated = len(share.above) > 1 or re.search(r"[0-9]{2}|年", words) is not None
        said = _RELATIVE.search(words)
        return Ask(
            column, "share", share=share, assumed="" if stated else context.year()[1],
            undated=not stated, relative=said.group() if said else "",
        )  # fmt: skip
    like = suggest("/".join(levels), context.application_year)
    return Ask(column, "carry", resembles=like.name if like else "")


def _validity(column: HeadColumn, levels: tuple[str, ...], context: Context) -> Ask | None:
    """「证书有效期」 is its last day, 「有效期起止」 both."""
    words = normal("".join(levels))
    short = next(
        (k for k in sorted(KINDS, key=len, reverse=True) if words.startswith(normal(k))), ""
    )
    match = _VALIDITY.fullmatch(words[len(normal(short)) :])
    if match is None:
        return None
    key = "validity" if match["both"] else "issued_on" if match["start"] else "valid_to"
    assumed = "" if match.lastgroup else "表头是有效期，填的是有效期的最后一天"
    kind = KINDS.get(short, context.title_kind)
    return Ask(column, "title", key, detail=kind, assumed=assumed, loose=True)


def _at_year_end(
    column: HeadColumn, levels: tuple[str, ...], context: Context, meant: Meant
) -> Ask | None:
    """「2025年末职工总数」: ledgers rarely say whether they count at the end or on average."""
    if not _YEAR_END.search("".join(levels)):
        return None
    plain = tuple(_YEAR_END.sub("", level) for level in levels)
    meaning = meant(plain)
    if meaning is None or meaning.role != "fact" or meaning.fact.unit != "人":
        return None
    ask = _fact(column, plain, meaning, context)
    said = f"表头要年末的人数，台账的{meaning.fact.name}没有说是不是年末的，照填了，请核对"
    assumed = "；".join(filter(None, [ask.assumed, said]))
    return replace(ask, loose=True, assumed="" if ask.refused else assumed)


def _field_level(levels: tuple[str, ...], meant: Meant) -> int:
    """「技术领域」/「二级」: 2; 0 for other heads."""
    match = _LEVEL.fullmatch(normal(levels[-1]))
    if match is None or len(levels) < 2:
        return 0
    group = meant(levels[:-1])
    if group is None or group.code != "field_code":
        return 0
    return "一二三".index(match.group(1)) + 1 if match.group(1) else 1


def _share(head: str, context: Context, meant: Meant) -> Share | None:
    """「近三年研发费用占销售收入比例」: sums of known facts, same years, same unit."""
    text = unicodedata.normalize("NFKC", head)
    text = re.sub(r"[(\[].*?[)\]]|[%‰\s]", "", text)
    match = _SHARE.fullmatch(text)
    if match is None:
        return None
    several = _WINDOW.search(text) is not None
    years = {int(y) for y in re.findall(r"(?:19|20)[0-9]{2}", text)}
    if several and not years:
        found = [context.application_year - back for back in (3, 2, 1)]
    elif len(years) == 1 and not several:
        found = sorted(years)
    elif not years and not several:
        year, _ = context.year()
        found = [year] if year else []
    else:
        return None
    sides = [_piece(part, meant) for part in match.groups()]
    if None in sides or not found:
        return None
    above, below = (side for side in sides if side)
    if above.unit != below.unit or not (above.yearly and below.yearly):
        return None
    return Share(
        tuple(key_of(above.code, y) for y in found), tuple(key_of(below.code, y) for y in found)
    )


def _known_share(column: HeadColumn, meaning: Meaning, context: Context) -> Ask:
    """「科技人员占比」: a share with a name of its own, of one year."""
    year, why = (meaning.year, "") if meaning.year else context.year()
    if year is None:
        return Ask(column, "share", refused=why)
    above, below = (key_of(code, year) for code in meaning.code.split("/"))
    undated = meaning.year is None
    return Ask(column, "share", share=Share((above,), (below,)), assumed=why, undated=undated)


def _piece(words: str, meant: Meant) -> Fact | None:
    for pattern in (_WINDOW, _ONE_YEAR, None):
        meaning = meant((words,))
        if meaning and meaning.role == "fact" and meaning.fact.numeric and meaning.factor is None:
            return meaning.fact
        words = (pattern or _EMPTY_WORDS).sub("", words)
    meaning = meant((words,)) if words else None
    return meaning.fact if meaning and meaning.role == "fact" and meaning.fact.numeric else None


def _summed(ask: Ask, asks: Sequence[Ask]) -> Ask:
    """「研发费用」/「合计」 is the sum of the other columns of its group, if all are facts of
    one unit that do not contain each other."""
    group = ask.column.levels[:-1]
    total = bool(group) and _TOTAL.fullmatch(_bare(ask.column.levels[-1])) is not None
    if not total or ask.kind not in ("carry", "fact"):
        return ask
    parts = [other for other in asks if other is not ask and other.column.levels[:-1] == group]
    parts = [p for p in parts if not p.column.levels[-1].startswith("其中")]
    if ask.kind == "fact" and not any(part.kind == "fact" for part in parts):
        return ask  # 销售收入: 内销, 外销, 合计 is the fact itself
    if _can_be_added(parts):
        indexes = tuple(part.column.index for part in parts)
        return replace(ask, kind="sum", parts=indexes, factor=parts[0].factor, assumed="")
    if ask.kind == "fact":
        return replace(ask, refused="合计的各部分不全认得，没有填", assumed="")
    return ask


def _can_be_added(parts: Sequence[Ask]) -> bool:
    """At least two different facts or years, one unit, none containing another."""
    if len(parts) < 2 or any(p.kind != "fact" or p.refused or not p.fact.numeric for p in parts):
        return False
    codes = {part.fact.code for part in parts}
    contained = any(part.fact.at_most in codes for part in parts)
    units = {(part.fact.unit, part.factor) for part in parts}
    return not contained and len(units) == 1 and len({p.key for p in parts}) == len(parts)


def _bare(words: str) -> str:
    return normal(re.sub(r"[(（].*?[)）]", "", words))
