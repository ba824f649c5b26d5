"""An award of a text as a 奖补 statement, where nothing of it has to be guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from denggao.drafting.naming import canonical
from denggao.drafting.numerals import shown
from denggao.drafting.subsidies import Award
from denggao.facts.eventwords import USUAL_TITLE, event_kinds, event_name
from denggao.facts.titles import KINDS
from denggao.rules.award import LEVELS

_MONEY = ("元", "万元", "亿元")
#: What makes an award more than an event and a sum: a person writes it.
_MORE = re.compile(r"以上|以下|比例|超过|不低于|不少于|达到|且|并|同时")


def statement(award: Award, number: int, text: str) -> list[str] | None:
    """Its lines, or ``None`` where a person has to write it: an event that the lists do not
    know, a share of costs, conditions, no level that pays. ``text``: the words of the award."""
    kind = event_name(award.condition)
    if kind is None or kind.back or award.level not in LEVELS or award.share or award.cap:
        return None
    if award.unit not in (*_MONEY, None) or award.high is not None or _MORE.search(text):
        return None
    about = _title(award, event_kinds()[kind.kind])
    if about is None:
        return None
    return list(_lines(award, number, kind.kind, about))


def _title(award: Award, titled: bool) -> str | None:
    """The title that the event is about; "" for an event about none."""
    if not titled:
        return ""
    name = canonical(award.beneficiary)
    known = KINDS.get(name)
    if known is None and name.endswith("企业") and "高企" in award.condition:
        return USUAL_TITLE
    return known


def _lines(award: Award, number: int, kind: str, about: str) -> Iterator[str]:
    yield f"奖补 AWARD-{number} 第{number}项{kind}："
    yield f"    事项 {kind}"
    if about and about != USUAL_TITLE:
        yield f"    对象 {about}"
    amount = None if award.amount is None else f"{shown(award.amount)}{award.unit}"
    if amount is None:
        yield "    给 未知"
    elif award.op == "<=":
        yield "    给 未知"
        yield f"    至多 {amount}"
    else:
        yield f"    给 {amount}"
    # 「一次性奖补」 of a text is paid at once; 一次性 of the language, once in a firm's life
    yield f"    出资 {award.level}"
