"""Which 奖补办法 a run pays by: those that come along and the bureau's own; and their texts as they
were, frozen in the run, so that it says the same when the texts have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from denggao.diagnosis.payout import run as core
from denggao.diagnosis.payout.places import covers
from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.rules.paying import Scheme
from denggao.web.accounts.models import Region
from denggao.web.accounts.regions import place_of
from denggao.web.assessments import measures, texts
from denggao.web.money.models import Run, SchemeText


def schemes_of(run: Run) -> tuple[list[Scheme], list[Scheme]]:
    """(the schemes that pay, those of places inside the region). Raises UserError."""
    found, inside = schemes_in(run.region, run.laws)
    if run.laws:
        for scheme in found:
            begins = min(law.valid_from for law in scheme.versions)
            if begins > run.as_of:
                short = scheme.versions[0].short
                raise UserError(f"《{short}》{begins} 起才施行，兑付日 {run.as_of} 还不能按它发")
    return found, inside


def schemes_in(region: Region, laws: Sequence[str]) -> tuple[list[Scheme], list[Scheme]]:
    """The same for a region; ``laws``: only these. Raises UserError where there is none."""
    place = place_of(region)
    own = [kept.law for kept in measures.adopted(region)]
    shipped = (v.region for versions in library.paying().values() for v in versions)
    if not laws and not any(covers(r, place) for r in (*shipped, *(law.region for law in own))):
        raise UserError(
            f"“{place}”没有奖补办法：没有自带的，本局也没有启用自己的；请在“办法”里选定按哪一份，"
            "或先在“法条与规则”里拟一份，由另一位启用"
        )
    return core.schemes(place, laws, own=own)


class Known(NamedTuple):
    """A scheme that may be chosen: short name, and for people where and since when it holds."""

    short: str
    words: str


def known_schemes(region: Region | None) -> list[Known]:
    """Every scheme that a run over the region may name; the bureau's own first."""
    found: dict[str, Known] = {}
    place = place_of(region) if region else ""
    for kept in measures.adopted(region) if region else ():
        law = kept.law
        if covers(law.region, place):
            said = f"{law.short}（本局办法，{law.valid_from} 起"
            said += f"至 {law.valid_to}）" if law.valid_to else "）"
            found.setdefault(law.short, Known(law.short, said))
    for short, versions in library.paying().items():
        found.setdefault(short, Known(short, f"{short}（{versions[-1].region}）"))
    return list(found.values())


# --- frozen ---------------------------------------------------------------------------------------


def frozen(chosen: Sequence[Scheme]) -> list[list[dict[str, Any]]]:
    """Keep the texts of the schemes, for ``Run.texts``: per scheme, per version, where to find
    the text and the place it was taken to hold in."""
    return [[_freeze(law) for law in scheme.versions] for scheme in chosen]


def _freeze(law: n.Instrument) -> dict[str, Any]:
    text = texts.text_of(law).lstrip("\ufeff")
    digest = digest_of(text)
    SchemeText.objects.bulk_create([SchemeText(digest=digest, text=text)], ignore_conflicts=True)
    return {
        "digest": digest, "region": law.region, "short": law.short, "name": law.name,
        "since": law.valid_from.isoformat(), "own": texts.is_own(law),
    }  # fmt: skip


def digest_of(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def as_then(run: Run) -> list[Scheme]:
    """The schemes of a run as their texts were when it was computed; as they are now for one
    that kept none. Raises UserError where a text was altered in the database, or the program no
    longer takes it."""
    if not run.texts:
        return schemes_of(run)[0]
    return [Scheme(tuple(_thawed(v["digest"], v["region"]) for v in s)) for s in run.texts]


def text_then(digest: str) -> str:
    """A frozen text. Raises UserError where it was altered in the database."""
    kept = SchemeText.objects.get(digest=digest)
    if digest_of(kept.text) != digest:
        raise UserError("冻结的办法文本被改动过，与测算时登记的摘要不符；请告知审计管理员")
    return str(kept.text)


def _thawed(digest: str, region: str) -> n.Instrument:
    return _loaded(text_then(digest), digest, region)


@lru_cache(maxsize=64)
def _loaded(text: str, digest: str, region: str) -> n.Instrument:
    from dataclasses import replace

    return replace(library.load_text(text, f"冻结的办法 {digest}"), region=region)
