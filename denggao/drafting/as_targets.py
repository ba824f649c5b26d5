"""A draft's findings in the terms of the checks: targets, reported stocks, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from denggao.diagnosis.promises import STOCK, promise
from denggao.diagnosis.selfcheck import Known
from denggao.diagnosis.series import Claim, window
from denggao.drafting.as_json import region_of
from denggao.drafting.draft import Draft
from denggao.drafting.items import Item
from denggao.drafting.numerals import chinese
from denggao.facts.interval import reduced
from denggao.rules.nodes import Target

#: Comparisons and sorts as the JSON has them → as the language writes them.
OPS = {">=": "≥", ">": ">", "<=": "≤", "=": "=", "≈": "约", "range": "="}
SORTS = {
    "stock": "存量",
    "flow": "流量",
    "ratio": "比率",
    "growth": "增速",
    "rank": "位次",
    "duty": "职责",
}
_GROWTH = {"番": "doublings", "倍": "times"}
_SENTENCES = 3


def as_target(draft: Draft, item: Item, number: int) -> Target:
    """The node that the draft's file would give."""
    lo = None if item.value is None else reduced(item.value)
    high = item.value if item.high is None else item.high
    return Target(
        id=f"TARGET-{number}",
        name=item.indicator,
        cite=draft.head.title or "",
        line=0,
        op=OPS[item.op],
        lo=lo,
        hi=None if high is None else reduced(high),
        unit=item.unit,
        year=item.year,
        sort=SORTS.get(item.kind),
        place=region_of(draft, item),
        quote=draft.quote(item.start, item.end),
        span=draft.span(item.start, item.end),
    )


def targets_of(draft: Draft) -> list[Target]:
    """The draft's targets, numbered as in its file."""
    return [as_target(draft, item, n) for n, item in enumerate(draft.targets, 1)]


def known_of(draft: Draft) -> list[Known]:
    """The stocks that the text reports."""
    found = []
    for number, item in enumerate(draft.facts):
        if item.role != "fact" or item.value is None or not isinstance(item.year, int):
            continue
        told = promise(as_target(draft, item, number))
        if told.how == STOCK or item.kind == "stock":
            found.append(Known(told.thing, region_of(draft, item), item.year, item.value))
    return found


def series_of(draft: Draft) -> dict[str, dict[int, Fraction]]:
    """The stocks that the text tells of each thing, by year; the first to say a year counts."""
    found: dict[str, dict[int, Fraction]] = {}
    for known in known_of(draft):
        found.setdefault(known.thing, {}).setdefault(known.year, known.value)
    for number, item in enumerate(draft.facts):  # 首次认定87家 in the first year is its stock
        if item.kind == "flow" and isinstance(item.year, int) and item.value is not None:
            thing = promise(as_target(draft, item, number)).thing
            if item.indicator.startswith("首次"):
                found.setdefault(thing, {}).setdefault(item.year, item.value)
    return found


def claims_of(
    draft: Draft, series: dict[str, dict[int, Fraction]]
) -> Iterator[tuple[str, Claim, Item]]:
    """(thing, claim, where) for all that the text says about the course of a series."""
    dated: list[Item] = []
    for item in draft.items:
        claim = _claim(draft, item, dated, series)
        if claim is not None:
            yield (*claim, item)
        elif item.role == "fact" and isinstance(item.year, int) and item.kind != "growth":
            dated.append(item)


def _claim(
    draft: Draft, item: Item, dated: list[Item], series: dict[str, dict[int, Fraction]]
) -> tuple[str, Claim] | None:
    if item.role not in ("fact", "target") or item.value is None or item.area:
        return None
    what = _what(item)
    if what is None or (
        item.role == "target"
        and item.year not in ("近5年",)
        and not str(item.year).startswith("近")
    ):
        return None
    thing = _thing(item)
    years = _years(draft, item, dated, series.get(thing, {}))
    first, last = years if years else (None, None)
    words = re.sub(r"\s+", "", draft.text.text[item.start : item.end])
    op = item.op if item.op != "=" or what in ("net", "gross") else "="
    value = item.value
    if what == "times" and re.search(r"(?:是|为|达到?)[^,]{0,14}的", words):
        value -= 1  # 是…的3倍: grown by two
    return thing, Claim(what, value, op, first, last, words)


def _what(item: Item) -> str | None:
    unit = item.unit.partition("/")[0]
    if item.kind == "growth" and unit in _GROWTH:
        return _GROWTH[unit]
    if item.kind == "growth" and unit == "%":
        return "yearly_rate" if "年增长率" in item.indicator else "rate"
    if item.year == "每年" and item.kind == "flow":
        return "net" if re.search(r"净增|递增", item.indicator) else "gross"
    return None


def _thing(item: Item) -> str:
    name = re.sub(
        r"(?:年)?(?:净增|递增|增加)数$|翻番次数$|增长倍数$|年?增长率$|数$", "", item.indicator
    )
    return re.sub(r"^(?:新培育|新认定|新增|净增|首次认定|认定|培育|年均)+(?=.{2})", "", name)


def _years(
    draft: Draft, item: Item, dated: list[Item], series: dict[int, Fraction]
) -> tuple[int, int] | None:
    """The years that a claim is about: 近五年, or the last two dated figures before it in the same
    stretch of the text."""
    if isinstance(item.year, str) and (
        near := re.match(r"近(\d+|[一二三四五六七八九十]+)年", item.year)
    ):
        back = int(near[1]) if near[1].isdigit() else chinese(near[1]) or 0
        return window(series, back)
    if isinstance(item.year, str) and (span := re.fullmatch(r"(\d{4})-(\d{4})", item.year)):
        return int(span[1]), int(span[2])
    before = [d for d in dated if d.paragraph == item.paragraph and _thing(d) == _thing(item)]
    stretch = [d for d in before if not re.search(r"[;。]", draft.text.text[d.end : item.start])]
    if (
        len(stretch) >= 2
        and isinstance(stretch[-2].year, int)
        and isinstance(stretch[-1].year, int)
    ):
        return stretch[-2].year, stretch[-1].year
    return None
