"""Which texts there are for a region: those that come along, and the bureau's own adopted ones."""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path

from denggao.diagnosis.weekly import scoring
from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.web.accounts.models import Region
from denggao.web.assessments.models import OwnLaw

MOST = 400_000
_OWN = "本局规范 "


@lru_cache(maxsize=64)
def loaded(text: str, digest: str) -> n.Instrument:
    """A text of one's own as a law, its own cases run. Raises UserError (line, column, form)."""
    if len(text) > MOST:
        raise UserError(f"规范超过 {MOST} 字，请分成几份")
    law = library.load_text(text.lstrip("\ufeff"), f"{_OWN}{digest}")
    if not law.awards and not scoring.is_sheet(law):
        law.verdict  # noqa: B018  raises UserError for a text that neither judges nor pays
    return law


def text_of(law: n.Instrument) -> str:
    """The Markdown that a law was read from."""
    if is_own(law):
        kept = OwnLaw.objects.filter(digest=law.path.removeprefix(_OWN)).first()
        return kept.text if kept else ""
    return Path(law.path).read_text(encoding="utf-8-sig")


def is_own(law: n.Instrument) -> bool:
    """Is it a text of the bureau's own, not one that comes along?"""
    return law.path.startswith(_OWN)


def adopted(region: Region | None) -> list[n.Instrument]:
    """The bureau's own texts that hold in the region: its own and those of what it lies in."""
    if region is None:
        return []
    own = OwnLaw.objects.filter(state=OwnLaw.State.ADOPTED).select_related("region")
    ours = (o for o in own if region.path.startswith(o.region.path))
    return [law for law in map(_still_loaded, ours) if law is not None]


def _still_loaded(own: OwnLaw) -> n.Instrument | None:
    """``None`` for a text that a newer program no longer takes: its own page says why, and the
    other laws go on."""
    try:
        return loaded(own.text, own.digest)
    except UserError:
        return None


def in_force(short: str, on: datetime.date, region: Region | None) -> n.Instrument:
    """The version of a law in force on the day in the region; of two, that which began later,
    and the bureau's own before ours. Raises UserError where there is none."""
    own = [law for law in adopted(region) if law.short == short and law.in_force(on)]
    if short.endswith(".md"):
        raise UserError(f"没有名为“{short}”的规范")
    try:
        own.append(library.in_force(short, on))
    except UserError:
        if not own:
            raise
    return max(own, key=lambda law: law.valid_from)


def versions(short: str, region: Region | None) -> dict[str, n.Instrument]:
    """Every version of a law that the region may see, the earliest first, by a key for
    addresses. One that no longer loads is left out: its own page says why."""
    found = [
        (f"{number}", library.load_known(entry))
        for number, entry in enumerate(library.entries())
        if entry.short == short
    ]
    if region is not None:
        kept = OwnLaw.objects.filter(short=short).exclude(state=OwnLaw.State.DROPPED)
        ours = [o for o in kept.select_related("region") if o.concerns(region)]
        found += [(f"own-{o.pk}", law) for o in ours if (law := _still_loaded(o)) is not None]
    return dict(sorted(found, key=lambda one: one[1].valid_from))


def judging(on: datetime.date, region: Region | None) -> list[str]:
    """Short names of the laws by which a firm can be judged on the day in the region."""
    laws = library.all_in_force(on) + [law for law in adopted(region) if law.in_force(on)]
    return list(dict.fromkeys(law.short for law in laws if judges(law)))


def judges(law: n.Instrument) -> bool:
    """Has it a 结论?"""
    return any(s.kind is n.Kind.VERDICT for s in law.statements.values())
