"""差距 in words: what each failing or open condition lacks, in the unit a person acts in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from denggao.diagnosis.gaps import Gap, How, Lack, Move, Way
from denggao.documents import wording as w
from denggao.documents.tree import unit_of
from denggao.facts.catalogue import catalogue
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.outcome import TRUTH_WORDS

_SHOWN_WAYS = 4
_SHOWN_BANDS = 3
Names = Mapping[str, n.Statement]


def gap_lines(gap: Gap, names: Names, year: int) -> Iterator[str]:
    """The condition, the ways to meet it, and the score items that can still move."""
    rule = gap.statement
    yield f"{rule.id} {rule.name}：{TRUTH_WORDS[gap.truth]}    〔{rule.cite}〕"
    found = [way_words(way, names, year) for way in gap.ways[:_SHOWN_WAYS]]
    if len(found) == 1:
        yield f"  {found[0]}"
    for number, text in enumerate(found if len(found) > 1 else (), 1):
        yield f"  {'或' if number > 1 else '　'} {text}"
    if len(gap.ways) > _SHOWN_WAYS:
        yield f"  （另有 {len(gap.ways) - _SHOWN_WAYS} 种办法）"
    for move in gap.moves:
        yield f"  · {move_words(move, names, year)}"


def way_words(way: Way, names: Names, year: int) -> str:
    """「研发费用还差12.3万元，且科技人员还差2人」."""
    return "，且".join(lack_words(lack, names, year) for lack in way) or "已经符合"


def lack_words(lack: Lack, names: Names, year: int) -> str:
    """One thing that must change, with the smallest amount that suffices, rounded up."""
    match lack.how:
        case How.MORE | How.LESS | How.POINTS | How.WAIT:
            return _amount(lack, names, year)
        case How.REACH:
            return _reach(lack, names, year)
        case How.REVIEW:
            return "须人工核实"
        case How.CODE if isinstance(lack.expr, n.Classified):
            return "技术领域还没有归类"
    what = w.formula(lack.expr, names, year)
    if lack.is_open:
        return f"{what}：还不知道，须为{'否' if lack.how in _MUST_NOT else '是'}"
    return f"{what}：现为{'是' if lack.how in _MUST_NOT else '否'}，不符合"


_MUST_NOT = (How.NO, How.NO_TITLE)


def _amount(lack: Lack, names: Names, year: int) -> str:
    """「2025年科技人员还差2人」; what is only partly known is 至少 or a span."""
    what = _what(lack.expr, names, year)
    word = "超出" if lack.how is How.LESS else "还差"
    gap = lack.amount
    if lack.is_open and lack.keys and all(_is_judged(key) for key in lack.keys):
        return f"{what}由专家定"
    if gap is None or (not gap.lo and gap.hi is None):
        return f"{what}未知"
    if gap.is_point and not lack.is_open:
        return f"{what}{word}{w.shortfall(gap.lo, lack.unit)}"
    if not gap.lo and not gap.hi:
        return f"{what}未知，也许已够"
    least = w.shortfall(gap.lo or 0, lack.unit)
    if gap.is_point:
        return f"{what}{word}{least}（数据不全，也许已够）"
    if gap.hi is None:
        return f"{what}至少{word}{least}"
    return f"{what}{word}{least}～{w.shortfall(gap.hi, lack.unit)}"


def _is_judged(key: str) -> bool:
    return catalogue()[key.partition("@")[0]].judged


def _what(expr: n.Expr, names: Names, year: int) -> str:
    match expr:
        case n.Ref(id_):
            return names[id_].name
        case n.FactRef():
            return w.formula(expr, names, year).removesuffix("数")
    return w.lacking(expr)


def _reach(lack: Lack, names: Names, year: int) -> str:
    assert lack.target is not None
    unit = _unit_of(lack.expr, names)
    now = "未知" if lack.now is None else w.interval(Interval(lack.now.lo, lack.now.hi), unit)
    return f"{w.formula(lack.target, names, year)}，现为 {now}"


def _unit_of(expr: n.Expr, names: Names) -> str:
    whole = n.Statement(n.Kind.VALUE, "", "", "", 0, body=expr)
    unit = unit_of(whole, names)
    return "%" if not unit and isinstance(expr, n.Arith) else unit


def move_words(move: Move, names: Names, year: int) -> str:
    """「知识产权数量 现1～2分，最高8分：一类知识产权还差1项 → 7～8分」."""
    item = move.statement
    now, best = w.interval(_plain(move.now), "分"), w.amount(move.best.hi, "分")
    head = f"{item.id} {item.name}：现 {now}，最高 {best}"
    known = [band for band in move.bands if band.ways]
    steps = [
        f"{way_words(band.ways[0], names, year)} → {w.interval(_plain(band.points), '分')}"
        for band in known[-_SHOWN_BANDS:][::-1]
    ]
    if not steps:
        facts = "、".join(dict.fromkeys(w.fact_words(key) for key in move.keys))
        return f"{head}（看 {facts}）" if facts else head
    return f"{head}；" + "；".join(steps)


def _plain(value: Interval) -> Interval:
    return Interval(value.lo, value.hi)
