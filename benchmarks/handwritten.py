"""Our SQL and SQL by hand on the same server: ``python benchmarks/handwritten.py``.

--on PLACE    postgresql://user@host:port/db on this machine, or spark:local[2]; may be repeated
              (a PostgreSQL started for it, and Spark)
--rows N      synthetic firms (100,000)
--repeat K    rounds (5), ours and theirs in turn

Four countable conditions of 高新技术企业认定 with their gaps, over the same table: of NUMERIC, one
process, jit off; on Spark over the same Parquet file, the result thrown away. CPU seconds of the
server process; exit code 1 where a cell differs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import data
import same

from denggao.facts.errors import UserError

HERE = Path(__file__).resolve().parent
IDS = ("HNTE-C1", "HNTE-C4", "HNTE-C5b", "HNTE-C6")
TABLE = "denggao_hand"
SPARK = "spark:local[2]"
_TICKS = 100
#: Rounds before Java has compiled Spark's planner, which has more to do with a longer text.
_WARM = 4


def main() -> int:
    """Both statements, compared and timed, at every place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", action="append")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    wrong = 0
    for where in asked.on or ["postgresql", SPARK]:
        found = measured(where, asked.rows, asked.repeat)
        if "skipped" in found:
            print(f"{where}: {found['skipped']}")
            continue
        for name, key in (("ours", "cpu"), ("hand", "hand")):
            each = found[key] / asked.rows * 1e6
            print(f"{name}: {found[key]:.2f} s, {each:.1f} µs for a firm")
        print(f"ours ÷ hand: {found['ratio']:.2f}; {found['wrong_cells']} cells differ")
        wrong += found["wrong_cells"]
    return 1 if wrong else 0


def measured(where: str, rows: int, repeat: int = 5) -> dict[str, Any]:
    """Medians of CPU seconds, ours (``cpu``) and by ``hand``, and how many cells differ.
    ``where``: as ``--on``; "postgresql" alone starts a server of our own."""
    if where == "postgresql":
        from tests.databases import postgres_or_why, stop_servers

        where = postgres_or_why()
        if not where.startswith("postgresql://"):
            return {"skipped": where}
        try:
            return measured(where, rows, repeat)
        finally:
            stop_servers()
    with tempfile.TemporaryDirectory(prefix="denggao-hand-") as folder:
        path = Path(folder) / "firms.parquet"
        same.exchange(data.firms(rows, data.COLUMNS["hnte"])).write_parquet(path)
        on = on_spark if where.startswith("spark:") else on_postgres
        try:
            times, wrong = on(where, path, repeat)
        except UserError as error:  # no Spark, no Java, no server
            return {"skipped": str(error)}
    tick = 1 / _TICKS  # a thousand firms take less
    ours, hand = (max(tick, statistics.median(times[name])) for name in ("ours", "hand"))
    return {"cpu": ours, "hand": hand, "ratio": ours / hand, "wrong_cells": wrong}


Found = tuple[dict[str, list[float]], int]


def on_postgres(where: str, path: Path, repeat: int) -> Found:
    """Seconds of each round, and how many cells differ."""
    import psycopg

    same.load(where, TABLE, path)
    texts = {
        "ours": ours(f"{where}/{TABLE}", []),
        "hand": by_hand(TABLE, f"DATE '{data.AS_OF}' - established_on"),
    }
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute("SET jit = off")
        connection.execute("SET max_parallel_workers_per_gather = 0")
        wrong = compared(connection, texts)
        found = in_turn(texts, repeat, lambda text: seconds(connection, text))
        connection.execute(f"DROP TABLE {TABLE}".encode())
    return found, wrong


def on_spark(where: str, path: Path, repeat: int) -> Found:
    """The same in a session of Spark; its identifiers have other quotes."""
    from denggao.rules.engines.sql.spark import connect

    age = f"DATEDIFF(DATE '{data.AS_OF}', established_on)"
    hand = by_hand(TABLE, age).replace('"', "`").replace("::float8", "::double")
    texts = {"ours": ours(where, [str(path)]), "hand": hand.replace(" OFFSET 0", "")}
    columns = ["identity", *(f"{id_}_{part}" for id_ in IDS for part in ("truth", "gap"))]
    spark = connect(where.removeprefix("spark:"), {})
    try:
        spark.read.parquet(str(path)).createOrReplaceTempView(TABLE)
        a, b = (spark.sql(texts[k]).select([f"`{c}`" for c in columns]) for k in texts)
        wrong = a.exceptAll(b).count() + b.exceptAll(a).count()
        pid = spark._jvm.java.lang.ProcessHandle.current().pid()

        def once(text: str) -> float:
            before = cpu(pid)
            spark.sql(text).write.format("noop").mode("overwrite").save()
            return cpu(pid) - before

        in_turn(texts, _WARM, once)
        return in_turn(texts, repeat, once), wrong
    finally:
        spark.stop()


def in_turn(texts: dict[str, str], repeat: int, once: Callable[[str], float]) -> dict[str, Any]:
    """Ours and theirs by turns."""
    found: dict[str, Any] = {name: [] for name in texts}
    for _ in range(repeat):
        for name, text in texts.items():
            found[name].append(once(text))
    return found


def by_hand(table: str, age: str) -> str:
    """What somebody would write."""
    text = (HERE / "handwritten.sql").read_text(encoding="utf-8")
    return text.replace("{table}", table).replace("{age}", age)


def ours(where: str, files: list[str]) -> str:
    """The same columns from the law."""
    from denggao.rules import library
    from denggao.rules.engines.lowering.compiled import compile_for, is_fact
    from denggao.rules.engines.lowering.expr import Type, col
    from denggao.rules.engines.lowering.shown import shown
    from denggao.rules.engines.sql.levels import merged
    from denggao.rules.engines.sql.place import place_of
    from denggao.rules.engines.sql.source import source_of
    from denggao.rules.engines.sql.statement import query

    law = library.in_force(data.LAWS["hnte"], data.AS_OF)
    with place_of(where, files) as place:
        source, _ = source_of(place.dialect, place.table, place.types(), data.AS_OF, place.name)
    columns = [name for name in source.columns if is_fact(name)]
    compiled = compile_for(law, columns, data.AS_OF)
    wanted = {f"{id_}_{part}" for id_ in IDS for part in ("truth", "gap")}
    outputs = {name: x for name, x in shown(compiled).items() if name in wanted}
    kept, (found,) = merged([(compiled.plan, outputs)])
    firm = {"identity": col("identity", Type.TEXT)}
    return query(place.dialect, source, kept, {**firm, **found})


def compared(connection: Any, texts: dict[str, str]) -> int:
    """How many cells are not the same."""
    for name, text in texts.items():
        connection.execute(f"CREATE TEMP TABLE z_{name} AS {text}".encode())
    columns = [f"{id_}_{part}" for id_ in IDS for part in ("truth", "gap")]
    counts = ", ".join(f'COUNT(*) FILTER (WHERE a."{c}" IS DISTINCT FROM b."{c}")' for c in columns)
    row = connection.execute(
        f"SELECT COUNT(*), {counts} FROM z_ours a JOIN z_hand b USING (identity)".encode()
    ).fetchone()
    assert row[0] > 0
    return sum(row[1:])


def seconds(connection: Any, text: str) -> float:
    """CPU of the server process for making a table of it."""
    before = cpu(connection.info.backend_pid)
    connection.execute(f"CREATE TEMP TABLE z_made AS {text}".encode())
    after = cpu(connection.info.backend_pid)
    connection.execute("DROP TABLE z_made")
    return after - before


def cpu(pid: int) -> float:
    """User and system time of a process of this machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    sys.exit(main())
