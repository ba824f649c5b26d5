"""Documents that the text names (依据、配套), and the bodies it sets up with their members."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from denggao.drafting.head import Head
from denggao.drafting.outline import Paragraph

_NAMED = re.compile(
    r"《(?P<name>[^《》]{3,"
    r"90}(?:《[^》]*》[^《》]*)?)》?(?P<end>》)?\s*(?:\((?P<no>[^()]{2,"
    r"14}[〔\[]20\d\d[〕\]]\d+号)\))?"
)
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[〔\[](?:20\d\d)[〕\]]\s*\d{1,4}号")
_TYPES = re.compile(
    r"(?:方案|计划|措施|办法|意见|通知|要点|规划|细则|纲要|规定|指南|指引|条例|"
    r"法|决定|政策|批复|公告|标准|清单|目录)(?:\([^()]*\)?)?$"
)
_BASIS = re.compile(r"(?:根据|依据|按照|遵照|贯彻|落实|依照|参照|为)[^。]*$")
_BODY = re.compile(
    r"(?P<name>[\u4e00-\u9fff“”]{2,24}?(?:领导小组|工作专班|专班|联席会议|"
    r"工作组|指挥部|推进组|协调机制|服务团|专家组|专家库|联席会))(?!办公室)"
)
_SETS = re.compile(r"(?:成立|组建|建立|设立|抽调.{0,10}组成)")
_MEMBERS = re.compile(
    r"(?:成员(?:单位)?(?:包括|由|为|有)?[::]?|由|抽调)(?P<list>[^。;]{4,"
    r"160}?)(?:等)?(?:部门|单位|组成|为成员|参加|要(?:建立|成立|组建))"
)


@dataclass(frozen=True, slots=True)
class Cited:
    """A document named: its title (or number), ``role`` 依据 where the text acts on it, else
    提及."""

    name: str
    number: str | None
    role: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Body:
    """A body set up, and its members as the text lists them."""

    name: str
    members: tuple[str, ...]
    start: int
    end: int


def read_cited(text: str, paragraphs: Sequence[Paragraph], head: Head) -> list[Cited]:
    """The documents named, each once, at its first place."""
    found: dict[str, Cited] = {}
    for paragraph in paragraphs:
        part = text[paragraph.start : paragraph.end]
        before_title = head.title_at is not None and paragraph.start <= head.title_at
        for match in _NAMED.finditer(part):
            name = match["name"].strip()
            name += ")" * (name.count("(") - name.count(")"))
            if name in found or name == head.title or not _TYPES.search(name):
                continue
            sentence = re.search(r"[^。]*$", part[: match.start()])
            acts = sentence is not None and _BASIS.search(sentence[0]) is not None
            role = "依据" if acts and not before_title else "提及"
            at = paragraph.start + match.start()
            found[name] = Cited(name, match["no"], role, at, paragraph.start + match.end())
        for match in _NUMBER.finditer(part):
            number = match[0].replace("[", "〔").replace("]", "〕")
            known = any(
                number in (c.number or "").replace("[", "〔").replace("]", "〕")
                for c in found.values()
            )
            if not known and number != head.doc_no and number not in found:
                at = paragraph.start + match.start()
                number = re.sub(r"^.*(?:批复|意见|精神|文件)", "", number)
                found.setdefault(
                    number,
                    Cited(
                        number,
                        number,
                        "依据" if _BASIS.search(part[: match.start()]) else "提及",
                        at,
                        at + len(match[0]),
                    ),
                )
    return list(found.values())


def read_bodies(text: str, paragraphs: Sequence[Paragraph]) -> list[Body]:
    """領导小组、专班、联席会议 that the text sets up."""
    found: dict[str, Body] = {}
    for paragraph in paragraphs:
        for sentence in re.finditer(r"[^。\n]+", text[paragraph.start : paragraph.end]):
            if not _SETS.search(sentence[0]):
                continue
            at = paragraph.start + sentence.start()
            rest = text[at : at + len(sentence[0]) + 160].split("\n")[0]
            for match in _BODY.finditer(sentence[0]):
                start = match.start("name")
                name = re.sub(
                    r"^.*(?:成立|组建|建立|设立|组成|完善|健全)(?:了)?", "", match["name"]
                )
                if len(name) < 4 or name in found:
                    continue
                members = _members(sentence[0]) or _members(rest)
                first = at + start + match["name"].rindex(name)
                found[name] = Body(name, members, first, first + len(name))
    return list(found.values())


def _members(sentence: str) -> tuple[str, ...]:
    listed = _MEMBERS.search(sentence)
    words = listed["list"] if listed else ""
    told = re.search(r"成员(?:单位)?(?:包括|由|为|有|[::])(?P<list>[^。;]{4,160})", sentence)
    if told:
        words = re.sub(r"等?(?:部门|单位)?(?:组成|参加)?$", "", told["list"])
    if not words and (
        front := re.match(r"(?P<list>[\u4e00-\u9fff、]{6,120}?)等?(?:部门|单位)要", sentence)
    ):
        words = front["list"]
    parts = [p.strip(" ,") for p in re.split(r"、|[和及与](?=[省市区县])", words) if p.strip(" ,")]
    return tuple(p for p in parts if 2 <= len(p) <= 24)
