"""One object of each kind in a region, its texts marked, so that a leak is seen wherever it is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from denggao.web.accounts.models import Region, User
from denggao.web.assessments.models import Finding, Frozen, OwnLaw, Reminder, Run
from denggao.web.ledger.models import (
    Enterprise,
    Import,
    ImportProblem,
    PendingRow,
    Statement,
    Title,
    Value,
)
from tests.web.departments import MODELS as DEPARTMENTS
from tests.web.departments import keys_of

DAY = datetime.date(2026, 6, 30)
MODELS = (Enterprise, Import, PendingRow, Statement, Title, Value, Run, Finding, Frozen, OwnLaw,
          Reminder)  # fmt: skip


@dataclass(frozen=True)
class World:
    """Keys by kind of object; ``mark`` stands in every text of it."""

    mark: str
    region: str
    keys: dict[str, Any]


def build(region: str, mark: str, by: User) -> World:
    """A firm with a value, a certificate and a finding; an import with a doubtful firm; lists; a
    draft."""
    place = Region.objects.get(code=region)
    firm = Enterprise.objects.create(name=f"{mark}公司", region=place, made_by=by)
    said = {"enterprise": firm, "fact": "staff", "year": 2025, "number": 770_000}
    statement = Statement.objects.create(**said, rank=40, by=by, why=f"{mark}理由")
    Value.objects.create(**said, statement=statement)
    title = Title.objects.create(
        enterprise=firm, kind="高新技术企业", number=f"{mark}号", issued_on=DAY, by=by
    )
    brought = {"mode": "upsert", "source": "ledger", "as_of": DAY, "region": place, "by": by}
    waiting = Import.objects.create(
        file=f"{mark}.xlsx", size=1, digest=mark, state="checked", **brought
    )
    ImportProblem.objects.create(
        source=waiting, kind="wrong", sheet=mark, row=1, column="A", field=mark, message=mark
    )
    done = Import.objects.create(
        file=f"{mark}done.xlsx", size=1, digest=mark, state="committed", committed_by=by,
        committed_at=firm.made_at, **brought,
    )  # fmt: skip
    pending = PendingRow.objects.create(
        source=done, region=place, name=f"{mark}疑似", uscc="", rows=[], candidates=[], why=mark
    )
    run = Run.objects.create(
        law="高新技术企业认定", version=mark, as_of=DAY, region=place, by=by, state="done",
        counts={"firms": 1, "hard": {"pass": 0, "unknown": 1, "fail": 0}},
    )  # fmt: skip
    Finding.objects.create(run=run, enterprise=firm, place=1, verdict="unknown", hard="unknown")
    frozen = Frozen.objects.create(as_of=DAY, region=place, by=by, digest=mark, file=b"x")
    own = OwnLaw.objects.create(short=mark, text=mark, digest=mark, region=place, by=by)
    found = {
        "enterprise": firm, "title": title, "import": waiting, "question": pending, "run": run,
        "frozen": frozen, "own law": own,
    }  # fmt: skip
    keys = {kind: one.pk for kind, one in found.items()} | {"region": region}
    return World(mark, region, keys | keys_of(place, mark, firm, by))


def rows_of(world: World) -> list[object]:
    """Everything of this world as the database has it; of the departments all rows, since
    nothing of them may change at all."""
    found: list[object] = []
    for model in MODELS:
        way = "enterprise__region" if hasattr(model, "enterprise") else "region"
        if model is PendingRow:
            way = "region"
        found.append(list(model.objects.filter(**{way: world.region}).order_by("pk").values_list()))
    for model in DEPARTMENTS:
        found.append(list(model.objects.order_by("pk").values_list()))
    return found
