"""法条与规则: the texts, drafts of one's own, and 三清单预警."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from denggao.diagnosis.lists import Entry, Lists, Roll
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.web.api.endpoints import (
    Paging,
    created,
    get,
    paged,
    post,
)
from denggao.web.api.people import place
from denggao.web.api.shapes.laws import (
    Adoption,
    AllLists,
    Freeze,
    FrozenRow,
    FrozenRows,
    Law,
    Laws,
    ListEntry,
    OnDay,
    OwnLawRow,
    Text,
    Tried,
    Trying,
)
from denggao.web.assessments import drafts, lawtext, queries, rolls, texts
from denggao.web.assessments.models import Frozen, OwnLaw
from denggao.web.kit.paging import page_of

router = Router(tags=["法条与规则、三清单"])


@get(router, "/laws", "assessments.view", Laws)
def laws(request: HttpRequest) -> Any:
    """规范：随软件带的，和本局自己的"""
    today = timezone.localdate()
    rows = [
        {
            "number": number,
            "short": entry.short,
            "name": entry.name,
            "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
            "in_force": entry.in_force(today),
        }
        for number, entry in enumerate(library.entries())
    ]
    return {"rows": rows, "own": [_own(kept) for kept in queries.own_laws(request.user)]}


def _own(kept: OwnLaw) -> dict[str, Any]:
    keys = ("short", "state", "digest", "at", "decided_at")
    told = {key: getattr(kept, key) for key in keys}
    return {**told, "id": kept.pk, "region": place(kept.region), "by": str(kept.by)}


@get(router, "/laws/{int:number}", "assessments.view", Law)
def law(request: HttpRequest, number: int) -> Any:
    """一份规范，逐条"""
    entries = library.entries()
    if number >= len(entries):
        raise Http404
    return _law(library.load_known(entries[number]))


def _law(found: n.Instrument) -> dict[str, Any]:
    articles = [
        {
            "heading": article.heading,
            "extract": article.extract,
            "rules": [
                {"id": s.id, "name": s.name, "kind": s.kind.name.lower(), "cite": s.cite}
                for s in article.statements
            ],
        }
        for article in lawtext.with_statements(found)
    ]
    return {
        "short": found.short,
        "name": found.name,
        "version": found.version,
        "in_force": found.in_force(timezone.localdate()),
        "articles": articles,
        "text": texts.text_of(found),
    }


@get(router, "/laws/own/{int:pk}", "assessments.view", Law)
def own_law(request: HttpRequest, pk: int) -> Any:
    """本局的一份规范，逐条"""
    kept = queries.own_law(request.user, pk)
    if kept is None:
        raise Http404
    return _law(texts.loaded(kept.text, kept.digest))


@post(router, "/laws/own/try", "laws.draft", Tried)
def try_draft(request: HttpRequest, given: Trying) -> Any:
    """检查并试算一份拟稿：哪些企业的结论会变；不保存"""
    as_of = given.as_of or timezone.localdate()
    trial = drafts.tried(request.user, given.text.replace("\r\n", "\n"), as_of)
    return {
        "short": trial.law.short,
        "version": trial.law.version,
        "against": trial.against.version if trial.against else None,
        "before": trial.before,
        "after": trial.after,
        "flips": [
            {
                "enterprise": flip.enterprise,
                "name": flip.name,
                "before": flip.before.verdict if flip.before else None,
                "after": flip.after.verdict,
                "because": list(flip.because),
            }
            for flip in trial.flips
        ],
    }


@post(router, "/laws/own", "laws.draft", OwnLawRow, status=201)
def keep_draft(request: HttpRequest, given: Text) -> Any:
    """提交一份拟稿，由另一位审核启用"""
    return created(_own(drafts.keep(by=request.user, text=given.text.replace("\r\n", "\n"))))


@post(router, "/laws/own/{int:pk}/decide", "laws.adopt", OwnLawRow)
def decide_draft(request: HttpRequest, pk: int, given: Adoption) -> Any:
    """启用或不采用；拟稿人不能启用自己的"""
    kept = get_object_or_404(OwnLaw.objects.for_user(request.user), pk=pk)
    drafts.decide(by=request.user, draft=kept, adopt=given.adopt)
    kept.refresh_from_db()
    return _own(kept)


# --- lists ---------------------------------------------------------------------------------------


def _lists(found: Lists) -> dict[str, Any]:
    return {
        "as_of": found.as_of,
        "firms": found.firms,
        "versions": list(found.versions),
        "lists": [_roll(roll) for roll in found.rolls],
        "notes": list(found.notes),
    }


def _roll(roll: Roll) -> dict[str, Any]:
    keys = ("id", "name", "kind", "law", "cite", "todo")
    both = {"on": [_entry(e) for e in roll.on], "open": [_entry(e) for e in roll.open]}
    return {**{key: getattr(roll, key) for key in keys}, **both}


def _entry(entry: Entry) -> dict[str, Any]:
    return {key: getattr(entry, key) for key in ListEntry.model_fields}


@get(router, "/lists", "assessments.view", AllLists)
def lists(request: HttpRequest, asked: Query[OnDay]) -> Any:
    """三清单和预警"""
    return _lists(rolls.lists_of(request.user, asked.as_of or timezone.localdate()))


@get(router, "/lists/frozen", "assessments.view", FrozenRows)
def frozen_lists(request: HttpRequest, paging: Query[Paging]) -> Any:
    """冻结过的清单，新的在前"""
    page = page_of(request, Frozen.objects.for_user(request.user), paging.limit)
    return paged(page, [_frozen(kept) for kept in page.rows])


def _frozen(kept: Frozen) -> dict[str, Any]:
    told = {key: getattr(kept, key) for key in ("as_of", "at", "digest", "counts")}
    return {**told, "id": kept.pk, "region": place(kept.region), "by": str(kept.by)}


@post(router, "/lists/frozen", "assessments.run", FrozenRow, status=201)
def freeze_lists(request: HttpRequest, given: Freeze) -> Any:
    """冻结一天的清单"""
    return created(_frozen(rolls.freeze(by=request.user, as_of=given.as_of)))


@get(router, "/lists/frozen/{int:pk}", "assessments.view", AllLists)
def frozen_list(request: HttpRequest, pk: int) -> Any:
    """冻结的清单，仍是当时的样子"""
    return _lists(rolls.reopened(get_object_or_404(Frozen.objects.for_user(request.user), pk=pk)))
