"""A plan's text read: the original kept, and what was found in it as rows nobody has judged yet."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from denggao.diagnosis.promises import GROSS, NET, STOCK, promise
from denggao.drafting.as_json import as_json
from denggao.drafting.as_targets import OPS, SORTS, claims_of, known_of, series_of
from denggao.drafting.draft import Draft, draft
from denggao.drafting.sources import Source, read_source, source_of
from denggao.facts.interval import reduced
from denggao.facts.titles import full_kind
from denggao.rules.nodes import Target
from denggao.web.ledger.search import LADDER
from denggao.web.planning.models import Goal, PlanFact, PlanItem, PlanText

# Any: to mypy the members of Django's enumerations are pairs
Kind: Any = PlanItem.Kind
How: Any = Goal.How
_HOW = {STOCK: How.STOCK, GROSS: How.GROSS, NET: How.NET}
_HEAD = ("kind", "region", "issuer", "doc_no", "issued", "period", "text_status")
_PARTS = (
    (Kind.TARGET, "targets"), (Kind.TASK, "tasks"), (Kind.AWARD, "subsidies"),
    (Kind.DEADLINE, "deadlines"), (Kind.CITED, "cited"), (Kind.BODY, "bodies"),
)  # fmt: skip
_PLACE = ("quote", "span")
_INDUSTRY = re.compile(r"^(?P<industry>.{2,12}?)(?:产业|行业)(?=.{2})")


@dataclass(frozen=True, slots=True)
class Read:
    """Unsaved rows: the plan's own columns, and its items and facts without their plan."""

    columns: dict[str, Any]
    items: list[PlanItem]
    facts: list[PlanFact]


def read_file(name: str, content: bytes) -> Read:
    """An upload. Raises UserError for what is no text, or too large for a document."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name[-100:] or "文本")
        path.write_bytes(content)
        return _read(read_source(path), name, content)


def read_pasted(text: str) -> Read:
    """Pasted text. Raises UserError."""
    return _read(source_of(text, "粘贴的文本"), "粘贴的文本.txt", text.encode())


def _read(source: Source, name: str, content: bytes) -> Read:
    made = draft(source)
    told = as_json(made)
    columns = {
        "title": (told["title"] or Path(name).stem)[:200], "file": name[-200:],
        "kind": source.kind, "content": content, "digest": source.hash, "text": source.text,
        "head": {key: told[key] for key in _HEAD}, "noise": told["noise"],
        "claims": _claims(made), "series": _series(made),
    }  # fmt: skip
    return Read(columns, _items(told), _facts(made, told))


def _items(told: dict[str, Any]) -> list[PlanItem]:
    found = [_item(kind, entry) for kind, part in _PARTS for entry in told[part]]
    found += [_conflict(entry) for entry in told["contradictions"]]
    found.sort(key=lambda item: (item.start, item.end))
    for number, item in enumerate(found, 1):
        item.number = number
    return found


def _item(kind: str, entry: dict[str, Any]) -> PlanItem:
    said = {key: value for key, value in entry.items() if key not in _PLACE}
    if kind == Kind.TARGET:
        said |= counted_as(said)
    start, end = entry["span"]
    return PlanItem(kind=kind, start=start, end=end, quote=entry["quote"], proposed=said, said=said)


def _conflict(entry: dict[str, Any]) -> PlanItem:
    (start, end), *_ = entry["spans"]
    return PlanItem(
        kind=Kind.CONFLICT, start=start, end=end, quote=" … ".join(entry["quotes"]),
        proposed=entry, said=entry,
    )  # fmt: skip


def _facts(made: Draft, told: dict[str, Any]) -> list[PlanFact]:
    return [
        PlanFact(
            number=number, role=item.role, start=entry["span"][0], end=entry["span"][1],
            quote=entry["quote"], said={k: v for k, v in entry.items() if k not in _PLACE},
        )
        for number, (item, entry) in enumerate(zip(made.facts, told["facts"], strict=True), 1)
    ]  # fmt: skip


# --- targets -------------------------------------------------------------------------------------


def counted_as(said: dict[str, Any]) -> dict[str, str]:
    """How the ledger is to count a target: ``tier``, ``how`` and ``industry``."""
    found = _INDUSTRY.match(said["indicator"])
    industry = found["industry"] if found else ""
    told = promise(node(said | {"industry": industry}))
    tier = full_kind(told.thing) if full_kind(told.thing) in LADDER else ""
    how = _HOW.get(told.how, How.OTHER)
    return {"tier": tier, "how": how.value, "industry": industry if tier else ""}


def name_of(said: dict[str, Any]) -> str:
    """The indicator without the industry that it is cut by."""
    if not said.get("industry"):
        return str(said["indicator"])
    return _INDUSTRY.sub("", said["indicator"], count=1)


def figure_of(said: dict[str, Any]) -> tuple[Fraction | None, Fraction | None]:
    """(lower, upper) figure, ``None`` where the text masks it."""
    value = said["value"]
    low, high = value if isinstance(value, list) else (value, value)
    return (None if low is None else Fraction(str(low))), (
        None if high is None else Fraction(str(high))
    )


def node(said: dict[str, Any], number: int = 0) -> Target:
    """The target as the language has it, for the checks."""
    low, high = figure_of(said)
    return Target(
        id=f"TARGET-{number}", name=name_of(said), cite="", line=0, op=OPS[said["op"]],
        lo=None if low is None else reduced(low), hi=None if high is None else reduced(high),
        unit=said["unit"] or "", year=said["year"], sort=SORTS.get(said["kind"]),
        place="/".join(filter(None, (said["region"], said.get("industry")))) or None,
    )  # fmt: skip


# --- what the text tells of series ---------------------------------------------------------------


def _claims(made: Draft) -> list[dict[str, Any]]:
    return [
        {
            "thing": thing, "what": claim.what, "value": str(claim.value), "op": claim.op,
            "first": claim.first, "last": claim.last, "words": claim.words,
            "span": list(made.span(item.start, item.end)),
        }
        for thing, claim, item in claims_of(made, series_of(made))
    ]  # fmt: skip


def _series(made: Draft) -> dict[str, Any]:
    """``known``: stocks that the text reports; ``stocks``: by thing and year."""
    told = series_of(made)
    return {
        "known": [[k.thing, k.place, k.year, str(k.value)] for k in known_of(made)],
        "stocks": {
            thing: {str(year): str(value) for year, value in years.items()}
            for thing, years in told.items()
        },
    }


def saved(plan: PlanText, found: Read) -> None:
    """Write the items and facts of a plan that has its key."""
    for row in (*found.items, *found.facts):
        row.plan = plan
    PlanItem.objects.bulk_create(found.items)
    PlanFact.objects.bulk_create(found.facts)
