"""政策影响 (N19): the events of a run under a text not yet adopted, against what is in force."""

from __future__ import annotations

from denggao.diagnosis.payout import run as core
from denggao.diagnosis.payout.impact import impact, instead
from denggao.diagnosis.payout.impact import words as in_words
from denggao.diagnosis.payout.places import covers
from denggao.diagnosis.payout.told import impact_json
from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.web.accounts.models import Region
from denggao.web.accounts.regions import place_of
from denggao.web.assessments import measures
from denggao.web.money import computing, schemes
from denggao.web.money.models import Trial

MOST = 400_000
#: More firms than these are in the workbook, not on the page.
_KEPT = 2000


def loaded(text: str, region: Region) -> n.Instrument:
    """A text as a scheme that holds in the region, its own cases run. Raises UserError (line,
    column, form), and for a text of some other place."""
    if len(text) > MOST:
        raise UserError(f"办法超过 {MOST} 字")
    law = library.load_text(text.lstrip("\ufeff"), "粘贴的办法")
    if not law.awards:
        raise UserError("这份办法里没有“奖补”，不能测算")
    place = place_of(region)
    if covers(law.region, place):  # of a place around it: it stands for that place's own
        return law
    return measures.placed(text, schemes.digest_of(text), place)


def carry_out(trial: Trial) -> None:
    """Both runs of the same events: as things are, and as they would be. Raises UserError."""
    law = loaded(trial.text, trial.run.region)
    chosen, _ = schemes.schemes_of(trial.run)
    told = computing.inputs_of(trial.run)
    before = core.run(told.lists, told.items, chosen, (), told.record)
    changed, replaced = instead(chosen, law)
    after = core.run(told.lists, told.items, changed, (), told.record)
    found = impact(before, after, law, replaced)
    kept = impact_json(found)
    kept["firms"], kept["words"] = kept["firms"][:_KEPT], in_words(found)
    trial.found, trial.state = kept, Trial.State.DONE
    trial.save(update_fields=["found", "state"])
