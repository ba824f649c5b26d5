"""奖补办法 of the bureau's own: adopted texts that pay, and the place each holds in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from denggao.diagnosis.payout import places
from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.web.accounts.models import Region
from denggao.web.accounts.regions import place_of
from denggao.web.assessments.models import OwnLaw
from denggao.web.assessments.texts import loaded

_AWARD = re.compile(r"^奖补 (\S+) ", re.M)


@dataclass(frozen=True, slots=True)
class Measure:
    """One text as the bureau keeps it, and as a law that holds where it may."""

    own: OwnLaw
    law: n.Instrument


@lru_cache(maxsize=128)
def placed(text: str, digest: str, place: str) -> n.Instrument:
    """A text that pays, as a law of the bureau of ``place`` (full name): its 地域 may be that
    place, one inside it, or one that it lies in; it holds in the narrower of the two, written
    out in full. Raises UserError for any other place, and for a text that pays nothing."""
    law = loaded(text, digest)
    if not law.awards:
        raise UserError(f"《{law.short}》里没有“奖补”，不能用来兑现")
    said = law.region
    if place.endswith(said) or places.covers(said, place):
        return replace(law, region=place)
    inside = said if places.covers(place, said) else places.place_of(said, place)
    if inside is None or not places.covers(place, inside):
        raise UserError(
            f"《{law.short}》的地域写“{said}”，不在本辖区“{place}”里，不能在这里用来兑现"
        )
    return replace(law, region=inside)


def of_bureau(own: OwnLaw) -> n.Instrument:
    """The same of a text that a bureau keeps. Raises UserError."""
    return placed(own.text, own.digest, place_of(own.region))


def checked(text: str, digest: str, region: Region) -> n.Instrument:
    """A text that pays, as it would hold for the bureau of the region. Raises UserError, also
    where an award has the number of one of another measure there: what was paid by one would
    count as paid by the other."""
    law = placed(text, digest, place_of(region))
    taken = {
        id_: short
        for where, short, id_ in _shipped()
        if short != law.short and _meet(where, law.region)
    }
    for kept in adopted(region):
        if kept.law.short != law.short:
            taken |= dict.fromkeys((a.id for a in kept.law.awards), kept.law.short)
    for award in law.awards:
        if award.id in taken:
            raise UserError(
                f"奖补编号“{award.id}”在《{taken[award.id]}》里用过了，发过没有会分不清；请换一个编号。"
                f"如果是同一部办法的新版，“简称”要与旧版相同"
            )
    return law


@cache
def _shipped() -> tuple[tuple[str, str, str], ...]:
    """(place, short name, number of an award) of the measures that come along; none is loaded
    for it."""
    versions = (v for all_ in library.paying().values() for v in all_)
    return tuple(
        (v.region, v.short, id_)
        for v in versions
        for id_ in _AWARD.findall(v.path.read_text(encoding="utf-8-sig"))
    )


def adopted(region: Region) -> list[Measure]:
    """Adopted texts that pay, of the region, of what it lies in and of what lies in it, the last
    adopted first. One that a newer program no longer takes is left out: its own page says why."""
    found = []
    kept = OwnLaw.objects.filter(state=OwnLaw.State.ADOPTED).select_related("region")
    for own in kept.order_by("-decided_at", "-pk"):
        if _concerns(own.region, region) and (law := _paying(own)) is not None:
            found.append(Measure(own, law))
    return found


def drafted(region: Region) -> list[OwnLaw]:
    """Texts of the region itself that pay and wait to be adopted."""
    kept = OwnLaw.objects.filter(state=OwnLaw.State.DRAFT, region=region).select_related("region")
    return [own for own in kept if _paying(own) is not None]


def _meet(one: str, other: str) -> bool:
    return places.covers(one, other) or places.covers(other, one)


def _concerns(one: Region, other: Region) -> bool:
    return one.path.startswith(other.path) or other.path.startswith(one.path)


def _paying(own: OwnLaw) -> n.Instrument | None:
    try:
        return of_bureau(own)
    except UserError:
        return None
