"""Bringing a ledger in: the whole import, and its loader beside Django's ``bulk_create``.

    python benchmarks/bringing.py                        SQLite
    python benchmarks/bringing.py --on postgresql://user@host:port/empty_database

--firms N     firms for the loader (100,000), nine yearly figures each, a fifth of them missing
--brought N   firms of the whole import (10,000), three years of figures, from an .xlsx
--repeat K    rounds (3), ours and theirs in turn

``loader``: firms, statements and values in force, by ``kit.bulk`` and one statement of SQL, as a
commit writes them. ``bulk_create``: the same rows as objects, ``batch_size=2000``. Both get the
same checked values, both write in one transaction that is rolled back; validation is done before,
for either. ``whole``: read the workbook, check every cell, match firms, compare, write, verify:
rows are counted as for the loader, and here validation is included. CPU seconds, on PostgreSQL
with the server's process.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

import application
import data
import load
import office

_LEAST = 3.0
_FACTS = [f"{code}@{year}" for code in ("sales", "rd_expense", "net_assets") for year in data.YEARS]


def main() -> int:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--on", default="")
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--brought", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--book", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        found = (
            whole(asked.book) if asked.measure == "whole" else loaded(asked.measure, asked.firms)
        )
        print(json.dumps(found))
        return 0
    home, on = office.filled(asked.on, 10), asked.on
    print(f"{'postgresql' if on else 'sqlite'}, load {os.getloadavg()[0]:.1f}")
    rates: dict[str, list[float]] = {"loader": [], "bulk_create": []}
    for _ in range(asked.repeat):
        for name, found in rates.items():
            told = json.loads(office.run(home, on, __file__, "--measure", name,
                                         "--firms", str(asked.firms)))  # fmt: skip
            found.append(told["rows"] / told["seconds"])
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in medians.items():
        print(f"  {name:12} {rate:10,.0f} rows per CPU second, {asked.firms:,} firms")
    times = medians["loader"] / medians["bulk_create"]
    print(f"  loader ÷ bulk_create: {times:.1f} (at least {_LEAST})")
    book = home / "brought.xlsx"
    load.write_book(book, asked.brought)
    told = json.loads(office.run(home, on, __file__, "--measure", "whole", "--book", str(book)))
    print(f"  whole import of {asked.brought:,} firms × 3 years: {told['check']:.1f} s to read and"
          f" check, {told['commit']:.1f} s to write, {told['seconds']:.1f} s CPU (at most 30 at"
          f" 10,000), {told['rows'] / told['seconds']:,.0f} rows per CPU second")  # fmt: skip
    shutil.rmtree(home)
    return 0 if times >= _LEAST and told["seconds"] <= 30 * asked.brought / 10_000 else 1


def loaded(how: str, firms: int) -> dict[str, float]:
    """One of the two, rolled back."""
    application._start()
    from django.db import connection, transaction

    from denggao.web.accounts.models import User
    from denggao.web.ledger.models import Import

    user = User.objects.get(username="bench")
    source = Import.objects.create(
        file="a.xlsx", size=1, digest="", state="committing", source="ledger", as_of=data.AS_OF,
        region=user.region, by=user,
    )  # fmt: skip
    frame = data.firms(firms, _FACTS)
    names, columns = frame["name"].to_list(), [(k, frame[k].to_list()) for k in _FACTS]
    said = [
        (firm, key.partition("@")[0], int(key.partition("@")[2]), values[firm])
        for firm in range(firms) for key, values in columns if values[firm] is not None
    ]  # fmt: skip
    with transaction.atomic():
        connection.ensure_connection()
        before = application.cpu()
        (_by_loader if how == "loader" else _by_objects)(source, names, said)
        seconds = application.cpu() - before
        transaction.set_rollback(True)
    source.delete()
    return {"rows": firms + 2 * len(said), "seconds": seconds}


def _by_loader(source: Any, names: list[str], said: list[Any]) -> None:
    from denggao.web.kit.bulk import insert, reserve
    from denggao.web.ledger import committing, resolving
    from denggao.web.ledger.models import Enterprise, Statement

    keys, now = reserve(Enterprise, len(names)), committing._now()
    place, by = office.DISTRICT, source.by_id
    insert(
        Enterprise, committing._ENTERPRISE,
        ((key, f"X{n:08}", name, name, "mn", place, None, now, by, source.pk, 1, False)
         for n, (key, name) in enumerate(zip(keys, names, strict=True))),
    )  # fmt: skip
    first = keys.start
    insert(
        Statement, committing._STATEMENT,
        ((first + firm, fact, year, number, None, None, "", 40, source.pk, 0, 1, "A", by, now, "")
         for firm, fact, year, number in said),
    )  # fmt: skip
    resolving.after_import(source.pk, first)


def _by_objects(source: Any, names: list[str], said: list[Any]) -> None:
    from denggao.web.ledger.models import Enterprise, Statement, Value

    now = datetime.datetime.now(datetime.UTC)
    made = Enterprise.objects.bulk_create(
        [
            Enterprise(uscc=f"X{n:08}", name=name, name_key=name, pinyin="mn", made_at=now,
                       region_id=office.DISTRICT, made_by_id=source.by_id, source=source)
            for n, name in enumerate(names)
        ],
        batch_size=2000,
    )  # fmt: skip
    stated = Statement.objects.bulk_create(
        [
            Statement(enterprise=made[firm], fact=fact, year=year, number=number, rank=40, at=now,
                      source=source, row=1, column="A", by_id=source.by_id)
            for firm, fact, year, number in said
        ],
        batch_size=2000,
    )  # fmt: skip
    Value.objects.bulk_create(
        [
            Value(enterprise_id=s.enterprise_id, fact=s.fact, year=s.year, number=s.number,
                  statement=s)
            for s in stated
        ],
        batch_size=2000,
    )  # fmt: skip


def whole(book: str) -> dict[str, float]:
    """From the upload to the commit, as the worker does it."""
    application._start()
    from django.conf import settings

    from denggao.web.accounts.models import User
    from denggao.web.ledger import actions, importing
    from denggao.web.ledger.models import Enterprise, Import, Statement

    settings.TASKS["default"]["BACKEND"] = "django_tasks.backends.dummy.DummyBackend"
    user, path = User.objects.get(username="bench"), Path(book)
    source = actions.bring(
        by=user, name=path.name, chunks=[path.read_bytes()], region=user.region, mode="upsert",
        source="ledger", as_of=data.AS_OF,
    )  # fmt: skip
    begun = application.cpu()
    importing.check(source.pk)
    checked = application.cpu()
    source.refresh_from_db()
    actions.confirm(by=user, source=source, without_wrong=True)
    importing.commit(source.pk)
    done = application.cpu()
    source.refresh_from_db()
    assert source.state == Import.State.COMMITTED, source.message
    ours = {"source": source}
    rows = Enterprise.objects.filter(**ours).count() + 2 * Statement.objects.filter(**ours).count()
    return {"rows": rows, "check": checked - begun, "commit": done - checked,
            "seconds": done - begun}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
