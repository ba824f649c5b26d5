"""CPU of pages as a multiple of an empty page behind the same middleware, and their queries.

    python benchmarks/pages.py                           SQLite, 10,000 firms
    python benchmarks/pages.py --on postgresql://user@host:port/empty_database

--firms N     synthetic firms (10,000)
--rounds K    (30) requests of each page, all pages in turn

One process, no network: requests through the whole application as the server hands them in.
On PostgreSQL the server's own CPU is counted too. Exit code 1 where a page costs more than it may.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

import application
import office

#: page → (times the empty page at most, queries at most); what shows a run may cost as much as a
#: board
LIMITS = {
    "list": (15, 12), "list, part for htmx": (15, 12), "enterprise": (15, 20), "verdict": (15, 20),
    "pool": (40, 30), "run": (40, 30), "imports": (15, 12), "audit": (15, 12),
}  # fmt: skip


def main() -> int:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--on", default="")
    parser.add_argument("--firms", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measured(asked.rounds)))
        return 0
    home = asked.home or office.filled(asked.on, asked.firms)
    told = office.run(home, asked.on, __file__, "--measure", "--rounds", str(asked.rounds))
    found: dict[str, Any] = json.loads(told)
    bare, too_much = found.pop("bare"), []
    print(f"{'postgresql' if asked.on else 'sqlite'}, {asked.firms:,} firms,"
          f" load {os.getloadavg()[0]:.1f}; empty page {bare[0] * 1e3:.2f} ms CPU")  # fmt: skip
    for name, (seconds, queries, size) in found.items():
        times, (limit, most) = seconds / bare[0], LIMITS[name]
        if times > limit or queries > most:
            too_much.append(name)
        print(f"  {name:20} {seconds * 1e3:7.2f} ms  {times:5.1f} × (at most {limit}),"
              f" {queries} queries (at most {most}), {size >> 10} kB")  # fmt: skip
    if asked.home is None:
        shutil.rmtree(home)
    return 1 if too_much else 0


def measured(rounds: int) -> dict[str, tuple[float, int, int]]:
    """Page → (median CPU seconds, queries, bytes)."""
    application._start()
    from django.conf import settings
    from django.db import connection
    from django.http import HttpResponse
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import path

    import denggao.web.urls as urls
    from denggao.web.accounts.access import signed_in
    from denggao.web.accounts.models import User
    from denggao.web.assessments import actions
    from denggao.web.assessments.models import Run
    from denggao.web.ledger.models import Enterprise

    settings.ALLOWED_HOSTS = ["testserver"]
    urls.urlpatterns.append(path("bare/", signed_in(lambda request: HttpResponse("ok"))))
    user = User.objects.get(username="bench")
    runs = Run.objects.filter(state=Run.State.DONE)
    if not runs.exists():
        day, place = application.data.AS_OF, user.region
        for law in application.data.LAWS.values():
            actions.complete(Run.objects.create(law=law, as_of=day, region=place, by=user))
    client, firm = Client(), Enterprise.objects.order_by("pk")[7].pk
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
    part = {"HX-Request": "true"}
    pages: dict[str, tuple[str, dict[str, str]]] = {
        "bare": ("/bare/", {}), "list": ("/enterprises/", {}),
        "list, part for htmx": ("/enterprises/?page=3", part),
        "enterprise": (f"/enterprises/{firm}/", {}),
        "verdict": (f"/enterprises/{firm}/verdict/?as_of=2026-06-30", {}),
        "pool": ("/pool/", {}), "run": (f"/pool/{runs[0].pk}/", {}),
        "imports": ("/imports/", {}), "audit": ("/audit/", {}),
    }  # fmt: skip
    if "audit.view" not in user.permissions:
        del pages["audit"]
    times: dict[str, list[float]] = {name: [] for name in pages}
    queries, sizes = {}, {}
    for number in range(rounds + 3):
        for name, (address, headers) in pages.items():
            before = application.cpu()
            answer = client.get(address, headers=headers)
            if number >= 3:  # the first ones load what stays
                times[name].append(application.cpu() - before)
            assert answer.status_code == 200, (name, answer.status_code)
            sizes[name] = len(answer.content)
    for name, (address, headers) in pages.items():
        with CaptureQueriesContext(connection) as captured:
            client.get(address, headers=headers)
        queries[name] = len(captured)
    return {n: (statistics.median(times[n]), queries[n], sizes[n]) for n in pages}


if __name__ == "__main__":
    sys.exit(main())
