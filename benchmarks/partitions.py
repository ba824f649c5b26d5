"""What a part of a large table costs besides its firms: ``python benchmarks/partitions.py``.

--rows N      synthetic firms in all (200,000)
--parts P     tables, or files of a folder; may be repeated (1, 20, 200)
--cores C     tables judged at a time, or Spark's cores; may be repeated (1, 2)
--on PLACE    postgresql (a server started for it) or spark; may be repeated (both)

高新技术企业认定, every column of the sheet, as ``denggao screen --on`` makes it: on PostgreSQL a
run for each part, on Spark one run over the folder, in a Java that is warm. Prints seconds on the
wall, and from the fewest and the most parts, on one core, what a firm and what a part take: on
PostgreSQL what ``scale.py`` reckons with. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import data
import polars as pl
import same

TABLE = "denggao_part"


def main() -> int:
    """A line for each number of parts and cores, at each place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--parts", type=int, action="append")
    parser.add_argument("--cores", type=int, action="append")
    parser.add_argument("--on", action="append", choices=("postgresql", "spark"))
    asked = parser.parse_args()
    parts, cores = sorted(asked.parts or [1, 20, 200]), sorted(asked.cores or [1, 2])
    frame = same.exchange(data.firms(asked.rows, data.COLUMNS["hnte"]))
    for where in asked.on or ["postgresql", "spark"]:
        measure = on_spark if where == "spark" else on_postgres
        told(where, asked.rows, measure(frame, parts, cores))
    return 0


Times = dict[tuple[int, int], float]  # (parts, cores) → seconds


def told(where: str, rows: int, times: Times) -> None:
    """The lines, and what follows from them."""
    for (parts, cores), seconds in times.items():
        each = seconds / rows * 1e6
        print(f"{where:12} {parts:5} parts {cores:3} cores {seconds:8.2f} s {each:8.1f} µs a firm")
    alone = {parts: seconds for (parts, cores), seconds in times.items() if cores == 1}
    if len(alone) > 1:
        few, many = min(alone), max(alone)
        part = (alone[many] - alone[few]) / (many - few)
        firm = (alone[few] - few * part) / rows
        print(f"{where:12} {firm * 1e6:.1f} µs a firm (and what a run costs), {part:.3f} s a part")


def on_postgres(frame: pl.DataFrame, parts: Sequence[int], cores: Sequence[int]) -> Times:
    """A table for each part, as somebody keeps one for each county."""
    from tests.databases import postgres_or_why, stop_servers

    where = postgres_or_why()
    if not where.startswith("postgresql://"):
        sys.exit(where)
    times: Times = {}
    try:
        with tempfile.TemporaryDirectory(prefix="denggao-parts-") as folder:
            for count in parts:
                for number, part in enumerate(divided(frame, count)):
                    part.write_parquet(path := Path(folder) / "part.parquet")
                    same.load(where, f"{TABLE}{number}", path)
                if not times:
                    judge(f"{where}/{TABLE}0")  # laws are read, modules are there
                for workers in cores:
                    with ThreadPoolExecutor(workers) as pool:
                        each = (f"{where}/{TABLE}{number}" for number in range(count))
                        times[count, workers] = timed(lambda e=each, p=pool: [*p.map(judge, e)])
    finally:
        stop_servers()
    return times


def on_spark(frame: pl.DataFrame, parts: Sequence[int], cores: Sequence[int]) -> Times:
    """A file for each part, of one folder; a task takes several small ones."""
    times: Times = {}
    with tempfile.TemporaryDirectory(prefix="denggao-parts-") as folder:
        for count in parts:
            (here := Path(folder) / f"{count}").mkdir()
            for number, part in enumerate(divided(frame, count)):
                part.write_parquet(here / f"{number}.parquet")
        for workers in cores:
            on = f"spark:local[{workers}]"
            for count in (parts[0], *parts):  # the first time Java is cold
                path = Path(folder) / f"{count}"
                times[count, workers] = timed(lambda p=path, o=on: judge(o, [str(p)]))
    return times


def divided(frame: pl.DataFrame, parts: int) -> list[pl.DataFrame]:
    """Parts of one size."""
    size = -(-frame.height // parts)
    return [frame.slice(first, size) for first in range(0, frame.height, size)]


def judge(on: str, files: Sequence[str] = ()) -> None:
    """As the command does it; the result takes the place of the one before."""
    from denggao.rules import library
    from denggao.rules.engines.sql.place import place_of
    from denggao.rules.engines.sql.there import judged

    laws = [library.in_force(data.LAWS["hnte"], data.AS_OF)]
    with place_of(on, files) as place:
        judged(place, laws, data.AS_OF, {}, place.target(None), lambda *_: None, replacing=True)


def timed(call: Callable[[], object]) -> float:
    """Seconds on the wall."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
