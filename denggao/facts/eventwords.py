"""事项: what happened to a firm that money is paid for, in the words that lists use for it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from denggao.facts.identity import half_width
from denggao.facts.titles import KINDS

#: The title that is meant where a list of 首次认定, 重新认定 … names none.
USUAL_TITLE = "高新技术企业"
#: 「认定」 alone, beside 重新认定, is the first one; whoever reads it so is told.
_BARE = {"认定": "首次认定", "获认定": "首次认定", "通过认定": "首次认定"}
#: In front of an event: money once paid is claimed back.
_BACK = re.compile(r"^(?:追回|收回|退回|冲销)(?:[:：])?")
_YEAR = re.compile(r"(?:19|20)\d{2}年度?")
_IDLE = re.compile(
    r"(?:一次性)?(?:奖补|奖励|补助|补贴|资助|兑现|资金)+$|^(?:国家|的)|资格|证书|企业$"
)
_BLANKS = re.compile(r"[\s()（）“”\"《》【】·:：]+")


@dataclass(frozen=True, slots=True)
class EventName:
    """``kind`` in full (首次认定); ``title`` where the words name one; ``assumed``: the words
    only said 认定; ``back``: the money of this event is claimed back."""

    kind: str
    title: str | None = None
    assumed: bool = False
    back: bool = False


@cache
def event_kinds() -> dict[str, bool]:
    """Every kind of event → is it about a title (高新技术企业, …)?"""
    return {row["name"]: row["titled"] == "是" for row in _rows()}


def _rows() -> list[dict[str, str]]:
    text = files("denggao.facts").joinpath("events.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _words() -> dict[str, str]:
    found = {row["name"]: row["name"] for row in _rows()}
    for row in _rows():
        for word in row["words"].split("|"):
            if found.setdefault(word, row["name"]) != row["name"]:
                raise ValueError(f"events.csv: {word} is two events")
    return found


@cache
def event_name(text: str) -> EventName | None:
    """What the words of a cell mean; ``None`` where that is not certain."""
    words = _YEAR.sub("", _BLANKS.sub("", half_width(text)))
    back = _BACK.match(words)
    words = words[back.end() :] if back else words
    found = _plain(words) or _with_title(words)
    return found and EventName(found.kind, found.title, found.assumed, back is not None)


def _plain(words: str) -> EventName | None:
    for tried in (words, _IDLE.sub("", words)):
        if tried in _words():
            return EventName(_words()[tried])
        if tried in _BARE:
            return EventName(_BARE[tried], assumed=True)
    return None


def _with_title(words: str) -> EventName | None:
    """「首次认定高企」, 「省级科技创新型企业首次认定奖补」."""
    for name in sorted(KINDS, key=len, reverse=True):
        if name in words:
            found = _plain(_IDLE.sub("", words.replace(name, "", 1)).removeprefix("为"))
            return found and EventName(found.kind, KINDS[name], found.assumed)
    return None


def nearest_event(text: str) -> str:
    """The kind whose words are most like these; "" if none is."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(text, _words().keys(), scorer=fuzz.ratio, score_cutoff=60)
    return _words()[found[0]] if found else ""
