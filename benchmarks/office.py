"""The application's own database for the benchmarks: filled as the application keeps it, by its
own loader, with the firms of ``data.py``. Imported by ``application.py`` and ``load.py``."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import data

HERE = Path(__file__).resolve().parent
DISTRICT, CITY = "620102", "620100"
COLUMNS = data.COLUMNS["both"]
_AT_ONCE = 20_000


def environment(home: Path, database: str) -> dict[str, str]:
    """Of every process that works on the database."""
    told = {**os.environ, "DENGGAO_HOME": str(home), "PYTHONIOENCODING": "utf-8"}
    told |= {"DENGGAO_SECRET_KEY": "only-for-the-benchmarks-" + "x" * 32}
    told |= {"PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    told["DJANGO_SETTINGS_MODULE"] = "denggao.web.settings"
    told.pop("DATABASE_URL", None)
    if database:
        told["DATABASE_URL"] = database
    return told


def run(home: Path, database: str, *arguments: str) -> str:
    """A Python of its own on the database; returns what it said."""
    done = subprocess.run(
        [sys.executable, *arguments], env=environment(home, database), check=False,
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{' '.join(arguments[:2])} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def new_home() -> Path:
    """An empty folder."""
    return Path(tempfile.mkdtemp(prefix="denggao-bench-office-"))


def filled(on: str, firms: int) -> Path:
    """A home, its database (here, or the empty one at ``on``) filled with so many firms."""
    home = new_home()
    run(home, on, "-m", "denggao", "migrate")
    run(home, on, str(HERE / "application.py"), "--measure", "fill", "--firms", str(firms))
    return home


def fill(firms: int) -> None:
    """People, firms, a statement and a value for each figure. To be called where Django is
    ready, on an empty database."""
    from django.db import transaction
    from django.utils import timezone

    from denggao.web.accounts.models import Region, Unit, User
    from denggao.web.kit.bulk import insert, reserve
    from denggao.web.ledger import blocks, committing
    from denggao.web.ledger.models import Enterprise, Import, Statement, Title, Value

    place = Region.objects.get(code=DISTRICT)
    unit = Unit.objects.create(name="某市科技局", region=Region.objects.get(code=CITY))
    user = User(username="bench", name="某人", unit=unit, roles=["head"])
    user.must_change_password, user.password = False, "!"
    user.save()
    source = Import.objects.create(
        file="某区台账.xlsx", size=1, digest="0" * 64, state=Import.State.COMMITTED,
        source="ledger", as_of=data.AS_OF, region=place, by=user, committed_by=user,
        committed_at=timezone.now(), tables=[{"sheet": "台账", "columns": []}],
    )  # fmt: skip
    frame = data.firms(firms, COLUMNS)
    now = datetime.datetime.now(datetime.UTC).isoformat()
    fields = ("id", "uscc", "name", "name_key", "pinyin", "region", "made_at", "made_by",
              "version", "withdrawn")  # fmt: skip
    with transaction.atomic():
        keys = reserve(Enterprise, firms)
        insert(
            Enterprise, fields,
            ((key, code(key), name, name, "mnqy", place.pk, now, user.pk, 1, False)
             for key, name in zip(keys, frame["name"], strict=True)),
        )  # fmt: skip
        for start in range(0, firms, _AT_ONCE):
            said = list(_said(frame[start : start + _AT_ONCE], keys.start + start))
            numbers = reserve(Statement, len(said))
            insert(
                Statement,
                ("id", "enterprise", "fact", "year", "number", "text", "rank", "source",
                 "sheet", "row", "column", "by", "at", "why"),
                ((n, *one, 40, source.pk, 0, 1, "A", user.pk, now, "")
                 for n, one in zip(numbers, said, strict=True)),
            )  # fmt: skip
            insert(
                Value, ("enterprise", "fact", "year", "number", "text", "statement", "disputed"),
                ((*one, n, False) for n, one in zip(numbers, said, strict=True)),
            )  # fmt: skip
        held = ("enterprise", "kind", "number", "issued_on", "valid_to", "issuer", "event",
                "sheet", "row", "by", "at", "why", "withdrawn")  # fmt: skip
        insert(
            Title, held,
            ((key, "高新技术企业", f"GR{key}", "2024-10-28", "2027-10-27", "", "", 0, 1, user.pk,
              now, "", False) for key in keys[::3]),
        )  # fmt: skip
        blocks.touch(keys)
    source.statements_digest = committing.digest(source)
    source.save(update_fields=["statements_digest"])
    blocks.refresh()


def code(number: int) -> str:
    """Eighteen characters of no real firm."""
    return f"91{DISTRICT}MNXY{number:06d}"


def _said(frame: Any, first: int) -> Iterator[tuple[int, str, int, int | None, str]]:
    for key in COLUMNS:
        fact, _, year = key.partition("@")
        for firm, value in enumerate(frame[key].to_list(), first):
            if isinstance(value, bool | int):
                yield firm, fact, int(year or 0), int(value), ""
            elif value is not None:
                yield firm, fact, int(year or 0), None, str(value)
