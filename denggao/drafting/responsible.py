"""Who is responsible: the units named behind a task, in one spelling, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from denggao.drafting import lexicon

_LABEL = (
    r"牵头(?:责任)?(?:单位|部门|处室|科室)?|主办(?:单位|部门)?|责任(?:单位|"
    r"部门|处室|科室|主体)|配合(?:单位|部门)?|"
    r"协办(?:单位|部门)?|协同(?:单位|部门)|参与(?:单位|部门)?|参加单位|"
    r"实施(?:单位|主体)|落实单位|承办单位"
)
#: A label and what stands between it and the units: 「责任单位:」, 「牵头部门为」.
_TOLD = rf"(?:(?:{_LABEL})[::]|(?:牵头|责任|主办|配合|协办)(?:责任)?(?:单位|部门)[为是])"
_TIME = r"完成(?:时限|时间|期限)|时限(?:要求)?|时间节点|责任领导|责任人|分管领导|牵头领导"
_SAID = re.compile(
    rf"(?P<label>(?=(?:{_TOLD}))(?:{_LABEL})|(?:{_TIME})(?=[::]))[::为是]"
    rf"(?P<list>[^;。\n]*?)(?=[;。\n]|[,、 ]*(?:{_TOLD}|(?:{_TIME})[::])|$)"
)
_MARKED = re.compile(
    rf"[(【\[](?P<body>(?:[^()【】\[\]]|\([^()]*\))*?(?:{_TOLD}|牵头|"
    rf"负责|配合|分工落实)(?:[^()【】\[\]]|\([^()]*\))*)[)】\]]"
)
_PLAIN = re.compile(rf"(?:^|(?<=[,。;\n )]))(?P<body>{_TOLD}[^。\n]*)")
_VERBS = re.compile(
    r"(?P<list>.+?)(?:共同|分别)?(?:按照?(?:各自)?职责(?:分工)?)?(?P<verb>牵头|"
    r"负责|配合|参与|协同|落实|共同牵头)(?:负责|落实|实施|推进|办理)?$"
)
_BETWEEN = re.compile(r"[、,]|(?:以及|[和及与])(?=[省市区县州镇各高经])")
_TRAILING = re.compile(
    r"(?:等(?:有关|相关)?(?:部门|单位|部门单位)?|"
    r"按照?(?:各自)?职责(?:分工)?(?:负责|落实)?|分工负责|共同|分别|具体负责|"
    r"负责)$"
)
_LEADING = re.compile(r"^(?:由|请|以及|和|及|与|会同|同)")
_UNIT = re.compile(
    r"(?:局|委|办|厅|部|院|中心|政府|管委会|委员会|办公室|公司|集团|协会|学会|"
    r"银行|园区|街道|镇|乡|区|县|市|处|科|署|站|所|校|大学|学院|会|单位|部门|"
    r"企业|机构|小组|专班|支行|点)(?:\([^()]*\))?$"
)
_LEADS = ("牵头", "主办")
_TIMES = ("完成", "时限", "时间")
_LEVEL = re.compile(r"^(?:全?[省市区县州镇]|各)(?!委|政府|场)")


@dataclass(frozen=True, slots=True)
class Link:
    """A unit named for a task: as ``written``, where in the document, leading or not."""

    written: str
    start: int
    end: int
    leads: bool


@dataclass(frozen=True, slots=True)
class Responsible:
    """One mark of responsibility: where it stands, whom it names, and its own deadline."""

    start: int
    end: int
    links: tuple[Link, ...]
    due: str | None = None


def responsible(text: str, start: int, end: int) -> list[Responsible]:
    """The marks in a part of the document, in order."""
    found: list[Responsible] = []
    for pattern in (_MARKED, _PLAIN):
        for match in pattern.finditer(text, start, end):
            if any(r.start <= match.start() < r.end for r in found):
                continue
            links = tuple(_links(match["body"], match.start("body")))
            if links:
                found.append(Responsible(match.start(), match.end(), links, _due(match["body"])))
    return sorted(found, key=lambda r: r.start)


def _due(body: str) -> str | None:
    for said in _SAID.finditer(body):
        if said["label"].startswith(_TIMES) and said["list"].strip():
            return said["list"].strip(" ,、")
    return None


def _links(body: str, at: int) -> Iterator[Link]:
    labelled = list(_SAID.finditer(body))
    for said in labelled:
        if said["label"].startswith(_TIMES) or "领导" in said["label"] or said["label"] == "责任人":
            continue
        leads = said["label"].startswith(_LEADS)
        yield from units_in(said["list"], at + said.start("list"), leads)
    if labelled:
        return
    for part in re.finditer(r"[^;。]+", body):
        for piece in _spoken(part[0]):
            yield from units_in(piece[0], at + part.start() + piece[1], piece[2])


def _spoken(text: str) -> Iterator[tuple[str, int, bool]]:
    """「市科技局牵头,市财政局、市税务局配合」."""
    at = 0
    for match in re.finditer(
        r"(?P<list>.+?)(?P<verb>牵头负责|共同牵头|牵头|负责|配合|参与|协同|落实|会同)(?=[,;]|$)",
        text,
    ):
        if match.start() >= at:
            yield match["list"], match.start("list"), "牵头" in match["verb"]
            at = match.end()


def units_in(text: str, at: int, leads: bool) -> Iterator[Link]:
    """The units of a list that begins at ``at``."""
    start = 0
    bounds = [m.span() for m in _BETWEEN.finditer(text) if not _inside(text, m.start())]
    for first, last in [*bounds, (len(text), len(text))]:
        word, offset = text[start:first], start
        start = last
        lead = len(word) - len(_LEADING.sub("", word.lstrip(" ,、")).lstrip())
        word, offset = word[lead:], offset + lead
        while (shorter := _TRAILING.sub("", word.rstrip())) != word:
            word = shorter
        if 2 <= len(word) <= 30 and (_UNIT.search(word) or len(word) <= 8):
            yield Link(word, at + offset, at + offset + len(word), leads)


def split_units(text: str) -> list[str]:
    """「各县(市、区)科技局和受理点」 as names."""
    hidden = re.sub(r"\([^()]*\)", lambda m: "\x01" * len(m[0]), text)
    names, at = [], 0
    for mark in [*re.finditer(r"、|以及|[和及与]", hidden), None]:
        end = len(text) if mark is None else mark.start()
        if text[at:end].strip():
            names.append(text[at:end].strip())
        at = end if mark is None else mark.end()
    return names


def _inside(text: str, at: int) -> bool:
    return text.count("(", 0, at) > text.count(")", 0, at)


# ------------------------------------------------------------------------ one spelling


@cache
def _aliases() -> list[tuple[str, str]]:
    found = [(row["written"], row["short"]) for row in lexicon.rows("bodies.csv")]
    return sorted(found, key=lambda pair: -len(pair[0]))


def short(unit: str) -> str:
    """The usual short name of a unit."""
    for written, usual in _aliases():
        if written in unit and not (usual and usual in unit and len(usual) >= len(written)):
            unit = unit.replace(written, usual)
    return unit


def merged(units: Sequence[str]) -> dict[str, str]:
    """Each spelling → the one name of its unit: aliases, and 财政局 beside 市财政局."""
    shorts = {unit: short(unit) for unit in dict.fromkeys(units)}
    full = {name for name in shorts.values() if _LEVEL.match(name)}
    bare = {_LEVEL.sub("", name): name for name in sorted(full)}
    counts = {key: sum(_LEVEL.sub("", name) == key for name in full) for key in bare}
    names = {unit: bare[name] if counts.get(name) == 1 else name for unit, name in shorts.items()}
    first: dict[str, str] = {}
    for unit, name in names.items():  # of several spellings, the first that the text uses
        first.setdefault(name, unit if short(unit) == unit else name)
    return names
