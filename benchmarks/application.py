"""A run from the application's own database, and a hand-written DuckDB query over the same data.

    python benchmarks/application.py                      SQLite
    python benchmarks/application.py --on postgresql://user@host:port/empty_database
    python benchmarks/application.py --only run --firms 100000

--firms N     synthetic firms of the comparison (100,000)
--small N     firms of the whole run, findings written (10,000)
--repeat K    rounds (5), ours and theirs in turn
--keep        leave the database where it is, and say where

Ours: the packed values in force of all firms, read from the database, the shipped law compiled,
and of its table the columns that ``peers/subset.py`` asks for. Theirs: ``peers/screen.sql``, exact,
from one Parquet file. The answers are compared first. Each measurement is a process of its own
that has done the same once before; CPU seconds, on PostgreSQL with those of the server's process.
``whole``: a run as the application carries it out, all columns of the law, every finding written.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

import data
import office

HERE = Path(__file__).resolve().parent
_LIMIT = {"sqlite": 2.0, "postgresql": 1.6}
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Fill, compare, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--on", default="")
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--home", type=Path, help="a database that --keep has left")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(MEASURES[asked.measure](asked.firms)))
        return 0
    on = asked.on
    home = asked.home or office.filled(on, asked.firms)
    kind = "postgresql" if on else "sqlite"
    found: dict[str, list[float]] = {"ours": [], "duckdb": []}
    digests: dict[str, Any] = {}
    for _ in range(asked.repeat):
        for name in found:
            told = measured(home, on, name, asked.firms)
            found[name].append(told["seconds"])
            digests[name] = told["digest"]
    wrong = [c for c, d in digests["duckdb"].items() if digests["ours"][c] != d]
    medians = {name: statistics.median(times) for name, times in found.items()}
    ratio = medians["ours"] / medians["duckdb"]
    print(f"{kind}, {asked.firms:,} firms, load {os.getloadavg()[0]:.1f}")
    for name, median in medians.items():
        print(f"  {name}: {median:.3f} s CPU  {[round(x, 3) for x in found[name]]}")
    print(f"  ours ÷ duckdb: {ratio:.2f} (at most {_LIMIT[kind]}); columns that differ: {wrong}")
    if asked.small:
        told = measured(home, on, "whole", asked.small)
        print(f"  whole run over {asked.small:,} firms, findings written:"
              f" {told['seconds']:.2f} s CPU (at most 2.0 at 10,000)")  # fmt: skip
    if asked.keep:
        print(f"  kept: --home {home}")
    elif asked.home is None:
        shutil.rmtree(home)
    return 1 if wrong else 0


def measured(home: Path, on: str, name: str, firms: int) -> dict[str, Any]:
    """One measurement in a process of its own."""
    text = office.run(home, on, __file__, "--measure", name, "--firms", str(firms))
    found: dict[str, Any] = json.loads(text)
    return found


# ------------------------------------------------------------------ inside one process


def cpu() -> float:
    """Of this process and its PostgreSQL server process."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + _server()


def _server() -> float:
    from django.apps import apps

    if not apps.ready:
        return 0.0
    from django.db import connection

    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    told = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    fields = told.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def timed(work: Any) -> tuple[float, Any]:
    """CPU seconds of the second call, the median of three."""
    work()
    times = []
    for _ in range(3):
        before = cpu()
        found = work()
        times.append(cpu() - before)
    return statistics.median(times), found


def fill(firms: int) -> None:
    """The database."""
    _start()
    office.fill(firms)


def ours(firms: int) -> dict[str, Any]:
    """Blocks → columns of the subset."""
    _start()
    from peers import ours as peer
    from peers import subset

    from denggao.rules.engines.columnar import packed
    from denggao.rules.engines.columnar.table import table
    from denggao.rules.library import in_force
    from denggao.web.ledger import blocks

    def work() -> Any:
        law = in_force(data.LAWS["hnte"], data.AS_OF)
        frame = packed.unpacked(blocks.pieces(), None)
        return table(law, frame, data.AS_OF, only=peer._OURS.values()).collected("name")

    seconds, made = timed(work)
    assert made.height == firms
    told = subset.in_common(peer.in_form(made))
    return {"seconds": seconds, "digest": subset.digest(told)}


def duckdb(firms: int) -> dict[str, Any]:
    """Parquet → the same columns by hand."""
    from peers import duckdb_sql, subset

    path = subset.file(firms)
    seconds, made = timed(lambda: duckdb_sql.judge(path))
    return {"seconds": seconds, "digest": subset.digest(subset.in_common(made))}


def whole(firms: int) -> dict[str, Any]:
    """A run as a person orders it, over so many firms of a database that may hold more."""
    _start()
    from django.db import transaction

    from denggao.web.accounts.models import Region, User
    from denggao.web.assessments import actions
    from denggao.web.assessments.models import Run
    from denggao.web.ledger.models import Enterprise

    user, place = User.objects.get(username="bench"), Region.objects.get(code="620103")
    first = Enterprise.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    Enterprise.objects.filter(pk__lt=first + firms).update(region=place)
    from denggao.web.ledger import blocks

    blocks.refresh()

    def work() -> float:
        run = Run.objects.create(
            law=data.LAWS["hnte"], version="", as_of=data.AS_OF, region=place, by=user
        )
        before = cpu()
        with transaction.atomic():
            actions.complete(run)
        assert run.counts["firms"] == firms, run.counts
        told = cpu() - before
        run.delete()
        return told

    work()
    return {"seconds": statistics.median(work() for _ in range(3))}


def _start() -> None:
    sys.path.insert(0, str(HERE))
    from denggao.web import start

    start()


MEASURES = {"fill": fill, "ours": ours, "duckdb": duckdb, "whole": whole}

if __name__ == "__main__":
    sys.exit(main())
