"""What is measured beside the peers; run as the other measures are, each alone in its process."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import data
from measures import Clock, peak_megabytes

from peers import edges, situations, subset
from peers.contenders import CONTENDERS

Numbers = dict[str, Any]


def peer(rows: int, name: str, threads: int | None = None) -> Numbers:
    """From the file to an answer in memory; what is compiled is compiled within."""
    contender, clock = CONTENDERS[name], Clock()
    if not contender.is_here:
        return {"skipped": contender.package}
    contender.judge(subset.file(min(rows, 1000)))  # threads, buffers, imports are there
    before = peak_megabytes()
    with clock.stage("run"):
        answer = contender.judge(subset.file(rows))
    peak = peak_megabytes()
    digest = subset.digest(contender.in_form(answer))
    return clock.numbers(mb=peak, work=peak - before, digest=digest)


def peer_read(rows: int) -> Numbers:
    """The floor: merely reading the same columns."""
    import polars as pl

    pl.read_parquet(subset.file(1000))
    before, clock = peak_megabytes(), Clock()
    with clock.stage("read"):
        pl.read_parquet(subset.file(rows))
    peak = peak_megabytes()
    return clock.numbers(mb=peak, work=peak - before)


def peer_exact(name: str, rows: int) -> Numbers:
    """Wrong answers at the thresholds."""
    contender, clock = CONTENDERS[name], Clock()
    if not contender.is_here:
        return {"skipped": contender.package}
    with clock.stage("compare"):
        found = edges.wrong(contender, rows)
    return clock.numbers(**found)


def plain_forms() -> Numbers:
    """What each tool answers to the rules as its manual would write them."""
    with (clock := Clock()).stage("ask"):
        lines = situations.table()
    return clock.numbers(table=lines)


def laws(rows: int, names: list[str]) -> Numbers:
    """Every column of several laws over one frame in memory, as ``denggao screen`` does."""
    import polars as pl

    from denggao.rules.engines.columnar.table import table
    from denggao.rules.library import in_force

    instruments = [in_force(data.LAWS[name], data.AS_OF) for name in names]
    small, frame = (pl.read_parquet(data.canonical(n, "both")) for n in (1000, rows))
    for one in instruments:
        table(one, small, data.AS_OF).collected("name")
    clock = Clock()
    with clock.stage("run"):
        for one in instruments:
            table(one, frame, data.AS_OF).collected("name")
    return clock.numbers()


def compiling(law: str, times: int) -> Numbers:
    """From a law in memory to a query that Polars can run, ``times`` over."""
    import polars as pl

    from denggao.rules.engines.columnar.table import table
    from denggao.rules.library import in_force

    instrument = in_force(data.LAWS[law], data.AS_OF)
    frame = pl.read_parquet(data.canonical(1000, law)).lazy()
    made = []
    for _ in range(times + 2):
        start = time.process_time()
        table(instrument, frame, data.AS_OF).select("name")
        made.append(time.process_time() - start)
    return {"cpu": statistics.median(made[2:]), "rules": len(instrument.statements)}


def to_parquet(rows: int) -> Numbers:
    """The columns of the job from file to file, in bounded memory, in the order of the file."""
    import polars as pl

    from peers import ours

    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.parquet"
        for count, watch in ((1000, Clock()), (rows, clock)):
            with watch.stage("stream"):
                ours.lazily(pl.scan_parquet(subset.file(count))).sink_parquet(out)
    return clock.numbers()
