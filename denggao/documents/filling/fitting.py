"""An answer made to fit its cell: the form's drop-down, its number format, its way with shares."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from denggao.documents.filling.answers import Answer
from denggao.documents.filling.figures import is_near_threshold, percent
from denggao.documents.filling.layout import (
    DropDown,
    is_percent_format,
    is_text_format,
)
from denggao.facts import cells
from denggao.facts.catalogue import catalogue, is_technical_field, technical_fields
from denggao.facts.cells import BadCell
from denggao.facts.headparts import normal_head

_SHOWN = 6
_CODE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,2}){2})(?: |$)")


@dataclass(frozen=True)
class Place:
    """What the cell asks of a value: ``head`` of its column, the number ``format`` that it is
    drawn with, and its drop-down."""

    head: str
    format: str = "General"
    drop_down: DropDown | None = None


def fitted(answer: Answer, place: Place) -> Answer:
    """The answer as it goes into the cell; without a value, and with the reason, where the
    form's drop-down does not allow it."""
    answer = _shared(answer, place)
    if answer.value is None:
        return answer
    if isinstance(answer.value, datetime.date) and is_text_format(place.format):
        answer = replace(answer, value=answer.value.isoformat())
    return _listed(answer, place.drop_down) if place.drop_down else answer


def _shared(answer: Answer, place: Place) -> Answer:
    """A share in per cent where the head says %, as a fraction where the cell shows per cent,
    else as a text that says so itself."""
    if answer.share is None:
        return answer
    shown = percent(answer.share)
    near = is_near_threshold(shown)
    digits = "两位小数会四舍五入到整数线上，多写了几位" if near else "四舍五入到两位小数"
    note = ""
    if is_percent_format(place.format):
        value: Decimal | str = shown.scaleb(-2)
        how = f"百分比，{digits}"
        note = f"实际是 {shown:f}%，这一格的格式可能显示得更整" if near else ""
    elif "%" in place.head or "％" in place.head:
        value, how = shown, f"％，{digits}"
    else:
        value, how = f"{shown:f}%", f"表头没有写 %，写成带 % 的文字，{digits}"
    note = "；".join(filter(None, [answer.note, note]))
    return replace(answer, value=value, how=f"{answer.how}；{how}", note=note)


def _listed(answer: Answer, drop_down: DropDown) -> Answer:
    allowed = drop_down.allowed
    if allowed is None:
        return replace(answer, value=None, gap="这一格的下拉选项读不出来，没有填")
    found = _choice(answer, allowed)
    if found is None:
        more = "……" if len(allowed) > _SHOWN else ""
        options = "、".join(allowed[:_SHOWN]) + more
        gap = f"台账中{answer.fact}是“{answer.value}”，不在下拉选项（{options}）里"
        return replace(answer, value=None, gap=gap)
    if isinstance(answer.value, str) and found != answer.value:
        how = "；".join(filter(None, [answer.how, f"按下拉选项写，台账是“{answer.value}”"]))
        return replace(answer, value=found, how=how)
    return answer


def _choice(answer: Answer, allowed: tuple[str, ...]) -> str | None:
    """The one allowed entry that says the same."""
    value = answer.value
    if not isinstance(value, str):
        text = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return text if text in allowed else None
    if answer.truth is not None:
        return _same_truth(answer.truth, allowed)
    same = [entry for entry in allowed if normal_head(entry) == normal_head(value)]
    if not same:
        same = _same_field(value, allowed)
    return same[0] if len(same) == 1 else None


def _same_truth(truth: bool, allowed: tuple[str, ...]) -> str | None:
    fact = catalogue()["taxed_on_accounts"]  # knows the words of every other fact too
    same = []
    for entry in allowed:
        try:
            if cells.yes_no(entry, fact) is truth:
                same.append(entry)
        except BadCell:
            continue
    return same[0] if len(same) == 1 else None


def _same_field(value: str, allowed: tuple[str, ...]) -> list[str]:
    """「1.1.10 …」 in a list of codes, of titles, or of the eight fields."""
    match = _CODE.match(value)
    if match is None or not is_technical_field(match.group(1)):
        return []
    code, fields = match.group(1), technical_fields()
    for depth in (3, 2, 1):
        upper = ".".join(code.split(".")[:depth])
        words = {normal_head(w) for w in (upper, fields[upper], f"{upper} {fields[upper]}")}
        same = [entry for entry in allowed if normal_head(entry) in words]
        if same:
            return same
    return []
