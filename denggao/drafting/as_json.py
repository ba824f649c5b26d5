"""A draft as one document of schema 1.0: targets, facts, tasks, subsidies, deadlines, each with
its quote and span; and what else was found (units, cited, bodies, contradictions, noise)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from denggao.drafting.draft import Draft
from denggao.drafting.items import Item
from denggao.drafting.numerals import plain
from denggao.drafting.subsidies import Award
from denggao.drafting.tasks import Task

SCHEMA = "1.0"


def as_json(draft: Draft) -> dict[str, Any]:
    """The document. Spans are [start, end) in characters of ``source.text``."""
    head, source = draft.head, draft.source
    return {
        "schema_version": SCHEMA,
        "id": Path(source.file).stem,
        "file": source.file,
        "title": None if head.title is None else _wide(head.title),
        "kind": head.kind,
        "region": head.region,
        "issuer": head.issuer,
        "doc_no": head.doc_no,
        "issued": None if head.issued is None else head.issued.isoformat(),
        "period": None if head.period is None else [str(year) for year in head.period],
        "text_status": "extracted" if source.extracted else "as_given",
        "status": "draft" if head.is_draft else None,
        "targets": [_item(draft, item) for item in draft.targets],
        "facts": [_item(draft, item) for item in draft.facts],
        "tasks": [_task(draft, task) for task in draft.tasks],
        "subsidies": [_award(draft, award) for award in draft.awards],
        "deadlines": [
            {
                "what": d.what,
                "when": d.when,
                "recurrence": d.recurrence,
                **_place(draft, d.start, d.end),
            }
            for d in draft.deadlines
        ],
        "contradictions": [
            {
                "kind": c.kind,
                "desc": c.text,
                "spans": [list(draft.span(*s)) for s in c.spans],
                "quotes": [draft.quote(*s) for s in c.spans],
            }
            for c in draft.contradictions
        ],
        "cited": [
            {"name": c.name, "doc_no": c.number, "role": c.role, **_place(draft, c.start, c.end)}
            for c in draft.cited
        ],
        "bodies": [
            {"name": b.name, "members": list(b.members), **_place(draft, b.start, b.end)}
            for b in draft.bodies
        ],
        "units": _units(draft),
        "links": draft.links,
        "noise": [list(span) for span in draft.noise],
        "source": _source(draft),
    }


def _source(draft: Draft) -> dict[str, Any]:
    source = draft.source
    told: dict[str, Any] = {
        "kind": source.kind,
        "encoding": source.encoding,
        "sha256": source.hash,
        "characters": len(source.text),
    }
    if source.extracted:  # spans count in this
        told["text"] = source.text
    return told


def _wide(title: str) -> str:
    return title.translate(str.maketrans("(),:", "（），："))


def _place(draft: Draft, start: int, end: int) -> dict[str, Any]:
    return {"quote": draft.quote(start, end), "span": list(draft.span(start, end))}


def region_of(draft: Draft, item: Item) -> str | None:
    """The region of a figure: the document's, and the part of it."""
    whole = draft.head.region
    if item.area is None:
        return whole
    return item.area if whole is None or item.area.startswith(whole) else whole + item.area


def _item(draft: Draft, item: Item) -> dict[str, Any]:
    value: Any = plain(item.value)
    if item.high is not None:
        value = [value, plain(item.high)]
    return {
        "indicator": item.indicator,
        "value": value,
        "unit": item.unit,
        "year": item.year,
        "region": region_of(draft, item),
        "op": item.op,
        "kind": item.kind,
        "scope": item.area,
        **_place(draft, item.start, item.end),
    }


def _task(draft: Draft, task: Task) -> dict[str, Any]:
    names = draft.units
    number = task.no
    if number is not None and "（" in draft.source.text:
        number = _wide(number)
    return {
        "no": number,
        "title": _wide(task.title),
        "units": [_wide(link.written) for link in task.links],
        "lead": None if task.lead is None else _wide(task.lead),
        "deadline": task.due,
        "links": [
            {
                "unit": _wide(link.written),
                "name": _wide(names[link.written]),
                "lead": link.leads,
                **_place(draft, link.start, link.end),
            }
            for link in task.links
        ],
        "text_span": list(draft.span(*task.whole)),
        **_place(draft, task.start, task.end),
    }


def _award(draft: Draft, award: Award) -> dict[str, Any]:
    amount: Any = plain(award.amount)
    if award.high is not None:
        amount = [amount, plain(award.high)]
    return {
        "beneficiary": award.beneficiary,
        "condition": award.condition,
        "amount": amount,
        "unit": award.unit,
        "op": award.op,
        "basis": award.basis,
        "level": award.level,
        "note": award.note,
        "cap": None if award.cap is None else {"amount": plain(award.cap[0]), "unit": award.cap[1]},
        "share": award.share,
        "stages": award.stages,
        **_place(draft, award.start, award.end),
    }


def _units(draft: Draft) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number, task in enumerate(draft.tasks):
        for link in task.links:
            name = draft.units[link.written]
            unit = found.setdefault(name, {"name": name, "written": [], "tasks": []})
            if link.written not in unit["written"]:
                unit["written"].append(link.written)
            if number not in unit["tasks"]:
                unit["tasks"].append(number)
    return list(found.values())
