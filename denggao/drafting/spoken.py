"""Who is responsible, said in a sentence instead of a label: 「由县科技局牵头,县财政局配合」,
「县税务局会同县科技局组织申报」, 「(县科技局、县财政局)」 behind the last full stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from denggao.drafting import lexicon
from denggao.drafting.responsible import Link, units_in

_CLAUSE = re.compile(r"[^,;。:\n()]+")
_DOES = re.compile(
    r"(?P<verb>共同牵头|牵头|主办|承办|负责|会同|协同|配合|协办|参与|具体落实|落实(?=$))"
)
#: What may stand between the unit and the verb.
_ADVERB = re.compile(r"(?:共同|分别|联合|积极|密切|具体|按照?(?:各自)?职责(?:分工)?)+$")
_PASSIVE = re.compile(r"^.{0,20}?[由请](?=[^由请]*$)")
_PIECES = re.compile(r"[、/]|以及|[和及与](?=[省市区县州旗镇乡各])")
_ENDS = (
    r"(?:局|委|办|厅|部|院|署|处|科|联|中心|政府|管委会|委员会|办公室|街道|镇|乡|园区|开发区|"
    r"公司|集团|协会|学会|联合会|银行|支行|大学|学院|专班|小组|部门|单位)"
)
_ENDED = re.compile(f"{_ENDS}$")
_NAMED = re.compile(rf"[\u4e00-\u9fff]{{1,15}}{_ENDS}")
#: Words that no name of a unit holds: what asks somebody, or speaks of somebody.
_NO_NAME = re.compile(
    r"企业|支持|鼓励|引导|推动|发挥|坚持|依托|围绕|加强|建立|明确|确定|形成|落实|负责|需要|[的了要]"
)
_ALONE = re.compile(r"(?<=[。;])\((?P<list>[^()。;:]+)\)(?=[。;]?(?:\n|$))")


def spoken(text: str, start: int, end: int) -> tuple[Link, ...]:
    """The units that a part of the document says in its sentences to be responsible, in order."""
    found: dict[int, Link] = {}
    for clause in _CLAUSE.finditer(text, start, end):
        for link in _of_clause(clause[0], clause.start()):
            found.setdefault(link.start, link)
    for alone in _ALONE.finditer(text, start, end):
        if _are_units(alone["list"]):
            for link in units_in(alone["list"], alone.start("list"), False):
                found.setdefault(link.start, link)
    return tuple(found[at] for at in sorted(found))


def _of_clause(clause: str, at: int) -> Iterator[Link]:
    """The units in front of the verb, and behind 会同 those too."""
    match = _DOES.search(clause)
    if match is None:
        return
    who = _ADVERB.sub("", clause[: match.start()])
    passive = _PASSIVE.match(who)
    skip = passive.end() if passive else 0
    if not _are_units(who[skip:]):
        return
    verb = match["verb"]
    yield from units_in(who[skip:], at + skip, "牵头" in verb or verb in ("主办", "会同"))
    if verb == "会同":
        yield from units_in(_beside(clause[match.end() :]), at + match.end(), False)


def _are_units(words: str) -> bool:
    pieces = [piece.strip() for piece in _PIECES.split(words)]
    return all(_NAMED.fullmatch(piece) and not _NO_NAME.search(piece) for piece in pieces)


def _beside(words: str) -> str:
    """The list of units that a text begins with: as long as all of it are units and an action,
    or nothing, comes behind."""
    acts = lexicon.starts("tasks", "verbs")
    ends = [end for end in range(2, len(words) + 1) if _ENDED.search(words[:end])]
    fits = [end for end in ends if _are_units(words[:end])]
    acted = [end for end in fits if end == len(words) or acts.match(words, end)]
    return words[: max(acted or fits[:1], default=0)]
