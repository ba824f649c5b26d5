"""The same firms on every engine, compared cell by cell: ``python benchmarks/same.py``.

--rows N        synthetic firms (1,000,000), with those of benchmarks/data.py at their thresholds
--reference N   so many of them on the reference engine too (20,000), two milliseconds each
--on PLACE      postgresql://user@host:port/db, spark:MASTER; may be repeated. Columnar and
                DuckDB always run.

Prints a line for each engine and law: seconds, microseconds for a firm, how many of the cells
differ from the columnar engine's, and the SHA-256 of the result table as sorted CSV, of all firms
and of those that the reference engine judged. Exit code 1 where a cell differs.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import data
import polars as pl

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # denggao, where it is not installed
KEY = "identity"


def main() -> int:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--reference", type=int, default=20_000)
    parser.add_argument("--on", action="append", default=[])
    asked = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="denggao-same-") as folder:
        for law in data.LAWS:
            path = Path(folder) / f"{law}.parquet"
            exchange(data.firms(asked.rows, data.COLUMNS[law])).write_parquet(path)
            wrong += compared(law, path, asked.rows, asked.on, asked.reference)
    return 1 if wrong else 0


def exchange(frame: pl.DataFrame) -> pl.DataFrame:
    """Canonical columns as an office has them: 元 and 人 with their decimals."""
    from denggao.facts.catalogue import catalogue

    def shown(name: str) -> pl.Expr:
        fact = catalogue()[name.partition("@")[0]]
        if not fact.numeric or fact.scale == 1:
            return pl.col(name)
        places = len(str(fact.scale)) - 1
        steps = pl.col(name).cast(pl.Decimal(38, 0)) / fact.scale
        return steps.cast(pl.Decimal(20, places))

    return frame.select(pl.col("name"), *(shown(c) for c in frame.columns if c != "name"))


def compared(law: str, path: Path, rows: int, places: list[str], slowly: int) -> int:
    """Differences of all engines for one law."""
    ours, first = timed(lambda: by_columns(law, path))
    few = pl.read_parquet(path, columns=["name"]).head(slowly)["name"]
    told("columnar", law, rows, first, 0, ours, few)
    (theirs, wrong), seconds = timed(lambda: by_reference(law, path, slowly, ours))
    told("reference", law, len(few), seconds, wrong, theirs, few)
    for where in [f"duckdb:{path}", *places]:
        theirs, seconds = timed(lambda where=where: there(law, path, where))
        count = differences(ours, theirs)
        told(where.partition(":")[0], law, rows, seconds, count, theirs, few)
        wrong += count
    return wrong


def by_columns(law: str, path: Path) -> pl.DataFrame:
    """The sheet, as ``denggao screen FILE.parquet -o OUT.parquet`` writes it."""
    from denggao.rules import library
    from denggao.rules.engines.columnar import parquet

    made = path.with_suffix(".columnar.parquet")
    laws = [library.in_force(data.LAWS[law], data.AS_OF)]
    parquet.screen_to_file(parquet.scan(path, data.AS_OF), laws, data.AS_OF, {}, made)
    return pl.read_parquet(made)


def by_reference(law: str, path: Path, most: int, like: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The sheet of the first firms, judged one by one, with the columns of another; and how many
    exact answers (truths, both ends, gaps, flags) are not the columnar engine's."""
    from denggao.diagnosis.pool import firm_of
    from denggao.rules import library
    from denggao.rules.engines import reference
    from denggao.rules.engines.columnar import parquet
    from tests.rules.engines import disagreements

    first = path.with_suffix(".first.parquet")
    pl.scan_parquet(path).head(most).sink_parquet(first)
    ledger = parquet.scan(first, data.AS_OF).collected()
    instrument = library.in_force(data.LAWS[law], data.AS_OF)
    names = pl.read_parquet(first, columns=["name"])["name"]
    firms = [firm_of(ledger, row) for row in range(len(ledger))]
    rows = [
        {"identity": name, "name": name, "law": instrument.short, "as_of": f"{data.AS_OF}",
         **said_of(reference.judge(instrument, firm, data.AS_OF))}
        for name, firm in zip(names, firms, strict=True)
    ]  # fmt: skip
    schema = {k: pl.String if isinstance(t, pl.Enum) else t for k, t in like.schema.items()}
    return pl.DataFrame(rows, schema=schema), len(disagreements(instrument, firms, data.AS_OF))


def said_of(outcome: Any) -> dict[str, Any]:
    """A row of the sheet: truths in words, exact ends and gaps as the nearest double."""
    from denggao.rules.outcome import TRUTH_NAMES

    def double(value: Any) -> float | None:
        return None if value is None else float(value)

    score = outcome.score
    row = {
        "verdict": TRUTH_NAMES[outcome.verdict], "hard_verdict": TRUTH_NAMES[outcome.hard],
        "score_lo": double(score and score.lo), "score_hi": double(score and score.hi),
        "flags": " ".join(sorted(outcome.flags)),
    }  # fmt: skip
    for id_, result in outcome.results.items():
        row[f"{id_}_truth"] = TRUTH_NAMES[result.truth] if result.statement.is_truth else None
        row[f"{id_}_lo"] = double(result.value and result.value.lo)
        row[f"{id_}_hi"] = double(result.value and result.value.hi)
        gap = result.gap if result.statement.is_truth else outcome.gap_of_score(id_)
        row[f"{id_}_gap"] = double(gap.lo) if gap is not None and gap.lo == gap.hi else None
    return row


def there(law: str, path: Path, where: str) -> pl.DataFrame:
    """The sheet that the engine made where the data is."""
    from denggao.rules import library
    from denggao.rules.engines.sql.place import place_of
    from denggao.rules.engines.sql.there import judged

    laws = [library.in_force(data.LAWS[law], data.AS_OF)]
    kind = where.partition(":")[0]
    table = f"denggao_same_{law}"
    if kind == "postgresql":
        load(where, table, path)
        where = f"{where}/{table}"
    files = [str(path)] if kind == "spark" else []
    target = f"{table}_out" if kind == "postgresql" else str(path.with_suffix(f".{kind}"))
    with place_of(where, files) as place:
        found = judged(place, laws, data.AS_OF, {}, place.target(target), lambda *_: None,
                       replacing=True)  # fmt: skip
    if kind != "postgresql":
        files = sorted(map(str, Path(found.target).glob("*.parquet"))) or [found.target]
        return pl.read_parquet(files)
    return fetched(where.rpartition("/")[0], found.target, by_columns_schema(law, path))


def by_columns_schema(law: str, path: Path) -> pl.Schema:
    """Types of the sheet."""
    schema = pl.read_parquet_schema(path.with_suffix(".columnar.parquet"))
    return pl.Schema({k: pl.String if isinstance(t, pl.Enum) else t for k, t in schema.items()})


def load(where: str, table: str, path: Path) -> None:
    """The firms as a table of the server."""
    import psycopg

    frame = pl.read_parquet(path)
    kinds = {pl.String: "TEXT", pl.Date: "DATE", pl.Int64: "BIGINT", pl.Boolean: "BOOLEAN"}
    columns = ", ".join(
        f'"{name}" ' + ("NUMERIC(20, 4)" if kind.is_decimal() else kinds[kind.base_type()])
        for name, kind in frame.schema.items()
    )
    with psycopg.connect(where, autocommit=True) as connection, connection.cursor() as cursor:
        for name in (table, f"{table}_out"):
            cursor.execute(f'DROP TABLE IF EXISTS "{name}"'.encode())
        cursor.execute(f'CREATE UNLOGGED TABLE "{table}" ({columns})'.encode())
        with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT csv)'.encode()) as copy:
            copy.write(frame.write_csv(include_header=False))
        cursor.execute(f'ANALYZE "{table}"'.encode())


def fetched(where: str, table: str, schema: pl.Schema) -> pl.DataFrame:
    """The result as it stands in the database."""
    import psycopg

    every = f"COPY {table} TO STDOUT (FORMAT csv, HEADER)".encode()
    with psycopg.connect(where) as connection, connection.cursor().copy(every) as copy:
        text = b"".join(bytes(part) for part in copy)
    return pl.read_csv(text, schema_overrides=schema)


def differences(ours: pl.DataFrame, theirs: pl.DataFrame) -> int:
    """How many cells are not the same; missing rows and columns count whole."""
    if ours.columns != theirs.columns or ours.height != theirs.height:
        return ours.height * len(ours.columns)
    a, b = (f.with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String)).sort(KEY)
            for f in (ours, theirs))  # fmt: skip
    a, b = (f.with_columns(pl.col("flags").fill_null("")) for f in (a, b))
    return sum(int(a[c].ne_missing(b[c].cast(a[c].dtype)).sum()) for c in a.columns)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and its seconds on the wall."""
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def told(
    engine: str, law: str, rows: int, seconds: float, wrong: int,
    sheet: pl.DataFrame, few: pl.Series,
) -> None:  # fmt: skip
    """One line."""
    each = seconds / rows * 1e6
    some = digest(sheet.filter(pl.col(KEY).is_in(few.implode())))
    print(f"{engine:12} {law:5} {rows:>10,} {seconds:8.1f} s {each:8.1f} µs {wrong:>8} differ  "
          f"{digest(sheet)}  {len(few):,}: {some}", flush=True)  # fmt: skip


def digest(sheet: pl.DataFrame) -> str:
    """The beginning of the SHA-256 of the sorted CSV, numbers to nine digits: beyond the
    fifteenth, a growth rate is rounded by the reference engine once and by the others twice."""
    text = (
        sheet.with_columns(pl.col("flags").fill_null(""), pl.col(pl.Float64).round_sig_figs(9))
        .sort(KEY)
        .write_csv()
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
