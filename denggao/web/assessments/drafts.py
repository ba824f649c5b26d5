"""Texts of the bureau's own: checked, tried on the pool, and put in force with four eyes. One that
pays is tried over the events of a pay run, by the department of money."""

from __future__ import annotations

import datetime
import hashlib

from django.db import transaction
from django.utils import timezone

from denggao.diagnosis.weekly import scoring
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.assessments import measures, queries
from denggao.web.assessments.models import OwnLaw
from denggao.web.assessments.texts import judges, loaded
from denggao.web.assessments.trials import Trial, trial
from denggao.web.kit.conflicts import Conflict


def digest_of(text: str) -> str:
    """By which a text is known."""
    return hashlib.sha256(text.encode()).hexdigest()


class NothingToTry(UserError):
    """The text is right, and judges no firm: it may be handed in all the same."""


def tried(user: User, text: str, as_of: datetime.date) -> Trial:
    """What the draft would say of the person's firms, beside what is in force. Raises UserError
    for a text that does not load, NothingToTry for one that judges no firm."""
    law = loaded(text, digest_of(text))
    if scoring.is_sheet(law):
        raise NothingToTry(
            "算例都通过了。这是考核办法，不判企业，没有试算；提交启用以后，在“考核”里看各单位的分"
        )
    if law.awards and not judges(law) and user.region is not None:
        placed = measures.checked(text, digest_of(text), user.region)
        raise NothingToTry(
            f"算例都通过了。这是奖补办法，在{placed.region}给 {len(law.awards)} 项奖补。提交以后、"
            "启用以前，在“奖补兑现”的一次测算里点“政策影响”，选这份拟稿，看哪些企业多得少得、"
            "预算多多少"
        )
    return trial(user, law, queries.law_of(law.short, as_of, user.region), as_of)


@transaction.atomic
def keep(*, by: User, text: str) -> OwnLaw:
    """Keep a draft for somebody else to put in force. Raises UserError."""
    if by.region is None:
        raise UserError("您没有辖区，不能拟稿")
    digest = digest_of(text)
    law = loaded(text, digest)
    if law.awards:
        measures.checked(text, digest, by.region)
    if OwnLaw.objects.filter(digest=digest, region=by.region).exclude(state="dropped").exists():
        raise UserError("同样的规范已经提交过，不必再交")
    draft = OwnLaw.objects.create(
        short=law.short, text=text, digest=digest, region=by.region, by=by
    )
    audit.record(by=by, action="提交规范拟稿", of=draft, new={"digest": digest})
    return draft


@transaction.atomic
def decide(*, by: User, draft: OwnLaw, adopt: bool) -> None:
    """Put a draft in force for the region, or drop it. Raises UserError where the person wrote
    it, Conflict where it was decided already."""
    draft = OwnLaw.objects.select_for_update().get(pk=draft.pk)
    if draft.state != OwnLaw.State.DRAFT:
        raise Conflict(f"这份拟稿别人已经定了（{draft.get_state_display()}），不能再定")
    if adopt and draft.by_id == by.pk:
        raise UserError("拟稿人不能启用自己的拟稿，请由另一位审核")
    if adopt:
        law = loaded(draft.text, draft.digest)
        if law.awards:
            measures.checked(draft.text, draft.digest, draft.region)
    draft.state = OwnLaw.State.ADOPTED if adopt else OwnLaw.State.DROPPED
    draft.decided_by, draft.decided_at = by, timezone.now()
    draft.save()
    action = "启用规范" if adopt else "不采用规范"
    audit.record(by=by, action=action, of=draft, new={"digest": draft.digest})
