"""Figures of one text that cannot all be right: shown with their places, never mended."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from denggao.drafting.items import Item
from denggao.drafting.mapped import Span
from denggao.drafting.numerals import chinese, shown
from denggao.drafting.outline import Paragraph

_LEAST = (">=", ">")
_PROMISES = re.compile(
    r"(?<![第\d])(?P<n>[一二两三四五六七八九十]{1,3}|\d{1,2})(?P<unit>条|项|"
    r"个方面|大行动|大工程|个阶段|大领域)(?P<kind>措施|政策|意见|任务|举措|"
    r"重点|工程|行动|阶段)?"
)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What does not fit, in words, and where each of the figures stands."""

    kind: str
    text: str
    spans: tuple[Span, ...]


def contradictions(
    items: Sequence[Item], text: str, paragraphs: Sequence[Paragraph], title: str | None
) -> list[Contradiction]:
    """Everything found, in the order of the text."""
    targets = [i for i in items if i.role == "target" and i.value is not None]
    facts = [i for i in items if i.role == "fact" and i.value is not None]
    found = [
        *_same(targets, text),
        *_same(facts, text),
        *_parts(targets),
        *_grown(items, text),
        *_counted(text, paragraphs, title),
        *_back(text),
    ]
    return sorted(found, key=lambda c: c.spans[0])


def _same(items: Sequence[Item], text: str) -> Iterator[Contradiction]:
    """One indicator, place and year with two figures."""
    groups: dict[object, list[Item]] = defaultdict(list)
    for item in items:
        if item.year is not None and item.op not in ("≈", "range"):
            groups[item.indicator, item.area, item.year, item.unit].append(item)
    for group in groups.values():
        first = group[0]
        for other in group[1:]:
            apart = re.search(r"[。;\n]", text[first.end : other.start]) is not None
            if other.value != first.value and apart and first.kind != "rank":
                yield Contradiction(
                    "same",
                    f"{first.indicator}（{first.year}）一处写 {shown(first.value)}{first.unit}，"
                    f"另一处写 {shown(other.value)}{other.unit}",
                    ((first.start, first.end), (other.start, other.end)),
                )


def _parts(targets: Sequence[Item]) -> Iterator[Contradiction]:
    """Parts of the region that add up to less than the whole promises, or to more where only a
    whole with an upper limit is given."""
    wholes: dict[object, Item] = {}
    for item in targets:
        if item.area is None and item.kind in ("stock", "flow"):
            wholes.setdefault((item.indicator, item.year, item.unit), item)
    for key, whole in wholes.items():
        parts = [
            i
            for i in targets
            if i.area and (i.indicator, i.year, i.unit) == key and i.start > whole.start
        ]
        if len(parts) < 2 or len({i.area for i in parts}) != len(parts):
            continue
        total = sum((i.value for i in parts if i.value is not None), Fraction(0))
        if whole.value is not None and total < whole.value:
            added = " + ".join(f"{shown(i.value)}（{i.area}）" for i in parts)
            yield Contradiction(
                "parts",
                f"{whole.indicator}（{whole.year}）合计 {shown(whole.value)}{whole.unit}，"
                f"各片 {added} = {shown(total)}，少 {shown(whole.value - total)}",
                ((whole.start, whole.end), *((i.start, i.end) for i in parts)),
            )


def _grown(items: Sequence[Item], text: str) -> Iterator[Contradiction]:
    """「由115家增加到255家，增长80%」: the growth told beside its two ends."""
    for base, end in itertools.pairwise(items):
        if not base.base or base.value in (None, 0) or end.value is None or base.unit != end.unit:
            continue
        assert base.value is not None
        after = text[end.end : end.end + 30]
        told = re.match(
            r"[^。;]{0,6}?(?:共|净|年均)?(?:增长|增幅达?|提高|"
            r"增加了?)(?P<n>\d+(?:\.\d+)?)(?P<u>%|倍|家|户|件|个百分点)",
            after,
        )
        if told is None or "年均" in told[0]:
            continue
        number = Fraction(told["n"])
        real = end.value - base.value
        if told["u"] in ("%", "倍"):
            real = real / base.value * (100 if told["u"] == "%" else 1)
            close = abs(real - number) <= Fraction(
                1, 10 ** len(told["n"].partition(".")[2])
            ) / 2 + Fraction(1, 100)
        else:
            close = real == number
        if not close:
            places = f"{float(real):.1f}".rstrip("0").rstrip(".")
            yield Contradiction(
                "growth",
                f"由 {shown(base.value)} 到 {shown(end.value)}，算得 {places}{told['u']}，"
                f"文中写 {told['n']}{told['u']}",
                (
                    (base.start, base.end),
                    (end.start, end.end),
                    (end.end + told.start("n"), end.end + told.end()),
                ),
            )


def _counted(
    text: str, paragraphs: Sequence[Paragraph], title: str | None
) -> Iterator[Contradiction]:
    """「二十条措施」 of which only two are there."""
    found = re.search(
        r"(?P<n>[一二三四五六七八九十]{1,3}|\d{1,2})条(?:措施|政策|意见|举措)?(?:\(|$)", title or ""
    )
    if not found or not title:
        return
    said = int(found["n"]) if found["n"].isdigit() else chinese(found["n"])
    levels: dict[int, list[Paragraph]] = defaultdict(list)
    for paragraph in paragraphs:
        if paragraph.level:
            levels[paragraph.level].append(paragraph)
    counts = {level: len(group) for level, group in levels.items()}
    if said is None or said in counts.values() or not counts:
        return
    start = text.find(title[: found.end("n") + 1])
    if start < 0:
        return
    most = max(counts.values())
    last = max((p for group in levels.values() for p in group), key=lambda p: p.start)
    yield Contradiction(
        "count",
        f"标题说 {said} 条，正文只见 {most} 条（可能是节录）",
        (
            (start + found.start("n"), start + found.end("n") + 1),
            (last.start, last.body or last.end),
        ),
    )


def _back(text: str) -> Iterator[Contradiction]:
    """A span of years that ends before it begins."""
    for found in re.finditer(r"(20\d\d)年?(?:—{1,2}|-|~|至)(20\d\d)年", text):
        if int(found[2]) < int(found[1]):
            yield Contradiction(
                "years", f"起止年份颠倒：{found[0]}", (found.span(1), found.span(2))
            )
