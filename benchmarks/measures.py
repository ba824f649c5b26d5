"""What is measured. Each function runs alone in a fresh process and returns plain numbers:
``cpu`` in seconds (user + system, all threads), ``wall``, and whatever else it has to tell.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import data

Numbers = dict[str, Any]


class Clock:
    """CPU and wall seconds of a block, and of named stages."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.cpu = self.wall = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.stages[name] = time.process_time() - cpu
        self.cpu += self.stages[name]
        self.wall += time.perf_counter() - wall

    def numbers(self, **more: Any) -> Numbers:
        return {"cpu": self.cpu, "wall": self.wall, "stages": self.stages, **more}


# ------------------------------------------------------------------ screening


def read(rows: int, kind: str) -> Numbers:
    """The floor: merely reading the columns."""
    return _read(data.canonical, rows, kind)


def read_exchange(rows: int, kind: str) -> Numbers:
    """The floor of the way from file to file."""
    return _read(data.exchange, rows, kind)


def _read(file: Callable[[int, str], Path], rows: int, kind: str) -> Numbers:
    import polars as pl

    pl.read_parquet(file(1000, kind))  # threads and buffers are there
    path, clock = file(rows, kind), Clock()
    with clock.stage("read"):
        frame = pl.read_parquet(path)
    return clock.numbers(columns=frame.width)


def screen(rows: int, kind: str, law: str) -> Numbers:
    """Compile the law against a frame in memory; every column of 逐企结论."""
    import polars as pl

    from denggao.rules.engines.columnar.table import table
    from denggao.rules.library import in_force

    instrument = in_force(data.LAWS[law], data.AS_OF)
    small, frame = (pl.read_parquet(data.canonical(n, kind)) for n in (1000, rows))
    table(instrument, small, data.AS_OF).collected("name")
    clock = Clock()
    with clock.stage("compile"):
        made = table(instrument, frame, data.AS_OF)
    with clock.stage("run"):
        result = made.collected("name")
    return clock.numbers(columns=result.width)


def stream(rows: int, kind: str, law: str) -> Numbers:
    """A Parquet file as others write it → 逐企结论 as Parquet, as ``denggao screen`` does."""
    from denggao.rules.engines.columnar import parquet
    from denggao.rules.library import in_force

    instrument, clock = in_force(data.LAWS[law], data.AS_OF), Clock()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.parquet"
        for count, watch in ((1000, Clock()), (rows, clock)):
            path = data.exchange(count, kind)
            with watch.stage("screen"):
                ledger = parquet.scan(path, data.AS_OF)
                parquet.screen_to_file(ledger, [instrument], data.AS_OF, {}, out)
    return clock.numbers()


# ------------------------------------------------------------------ lists

_SQL = """
with firms as (
  select firm,
    max(case when kind = '高新技术企业' then valid_to end) as until,
    max(kind = '高新技术企业' and issued_on <= :day and valid_to >= :day) as holds,
    max(kind = '省级科技创新型企业' and issued_on <= :day and valid_to >= :day) as innovative
  from titles where issued_on <= :day group by firm)
select firm, until,
  coalesce(until between :first and :last, 0) as due,
  coalesce(until < :first, 0) as lapsed,
  innovative and not holds as candidate,
  holds and date(until, '-12 months') <= :day as soon
from firms where due or lapsed or candidate or soon
"""


def lists_sql(rows: int) -> Numbers:
    """The floor: the three lists and the notice of expiry in SQL by hand, on a table in memory."""
    import sqlite3

    frame = data.titles(rows).select("firm", "kind", "issued_on", "valid_to")
    table = sqlite3.connect(":memory:")
    table.execute("create table titles (firm integer, kind text, issued_on text, valid_to text)")
    texts = frame.with_columns(frame.select("kind", "issued_on", "valid_to").cast(str))
    table.executemany("insert into titles values (?, ?, ?, ?)", texts.iter_rows())
    day, clock = data.AS_OF, Clock()
    first, last = (day.replace(month=m, day=d).isoformat() for m, d in ((1, 1), (12, 31)))
    with clock.stage("query"):
        found = table.execute(_SQL, {"day": day.isoformat(), "first": first, "last": last})
        listed = found.fetchall()
    counts = [sum(row[i] for row in listed) for i in range(2, 6)]
    return clock.numbers(counts=counts)


def lists_polars(rows: int) -> Numbers:
    """The same four lists with Polars by hand: the least there is to do."""
    import polars as pl

    day, clock = data.AS_OF, Clock()
    first, last = day.replace(month=1, day=1), day.replace(month=12, day=31)
    until, is_hnte = pl.col("valid_to"), pl.col("kind") == "高新技术企业"
    is_valid = until >= day
    end, holds = pl.col("until"), pl.col("holds").fill_null(False)
    for count, watch in ((1000, Clock()), (rows, clock)):
        frame = data.titles(count)
        with watch.stage("query"):
            firms = frame.lazy().filter(pl.col("issued_on") <= day).group_by("firm").agg(
                until=until.filter(is_hnte).max(),
                holds=(is_hnte & is_valid).any(),
                innovative=(~is_hnte & is_valid).any(),
            )  # fmt: skip
            listed = firms.select(
                end,
                due=end.is_between(first, last),
                lapsed=end < first,
                candidate=pl.col("innovative") & ~holds,
                soon=holds & (end.dt.offset_by("-12mo") <= day),
            ).collect()
            listed = listed.filter(pl.any_horizontal("due", "lapsed", "candidate", "soon"))
    return clock.numbers(
        counts=list(listed.select("due", "lapsed", "candidate", "soon").sum().row(0))
    )


def lists(rows: int) -> Numbers:
    """Every list and warning of the shipped text, from the same certificates in memory."""
    import polars as pl

    from denggao.rules.engines.columnar.rolls import rolls
    from denggao.rules.engines.columnar.titles import answers
    from denggao.rules.engines.lowering.titles import asked_of
    from denggao.rules.library import in_force

    law, clock = in_force("高企管理清单", data.AS_OF), Clock()
    for count, watch in ((1000, Clock()), (rows, clock)):
        frame = data.titles(count)
        said = pl.Series([True]).new_from_index(0, frame["firm"].max() + 1)
        with watch.stage("certificates"):
            held = answers(frame, said, asked_of([law]), data.AS_OF)
        with watch.stage("lists"):
            listed = {one.statement.id: len(one.on) for one in rolls(law, held, data.AS_OF)}
    return clock.numbers(counts=[listed[x] for x in ("HL-A", "HL-C", "HL-B", "HL-W1")])


# ------------------------------------------------------------------ one law, one firm


def load(law: str) -> Numbers:
    """Read, check (every case of its own) and compile; importing Polars is told apart."""
    import polars as pl

    ours, clock = Clock(), Clock()
    with ours.stage("import"):
        from denggao.rules.engines.lowering.compiled import compile_for
        from denggao.rules.library import load as load_file
        from denggao.rules.library import paths
    columns = pl.read_parquet_schema(data.canonical(1000, law))
    path = next(p for p in paths() if p.stem == data.LAWS[law])
    with clock.stage("load and check"):
        instrument = load_file(path)
    with clock.stage("compile"):
        compile_for(instrument, list(columns), data.AS_OF)
    return clock.numbers(imports=ours.cpu, polars=_importing_polars())


def _importing_polars() -> float:
    """In a process of its own: here it has been imported already."""
    code = "import time, polars; print(time.process_time())"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    empty = subprocess.run(
        [sys.executable, "-c", code.replace(", polars", "")], stdout=subprocess.PIPE, check=True
    )
    return float(done.stdout) - float(empty.stdout)


def judge(rows: int, law: str, whole: bool) -> Numbers:
    """One firm after the other; ``cpu`` is per firm. ``whole``: what would decide it, too."""
    from denggao.diagnosis.judgement import judge_firm
    from denggao.facts.enterprise import firm_from_json
    from denggao.rules.engines.reference import judge as plain
    from denggao.rules.library import in_force

    instrument = in_force(data.LAWS[law], data.AS_OF)
    firms = [firm_from_json(facts) for facts in _exchange_form(rows, law)]
    run, each = judge_firm if whole else plain, []
    for firm in [firms[0], *firms]:
        clock = Clock()
        with clock.stage("judge"):
            run(instrument, firm, data.AS_OF)
        each.append(clock.cpu)
    each = sorted(each[1:])
    return {"cpu": sum(each) / rows, "p99": each[rows * 99 // 100], "most": each[-1]}


def _exchange_form(rows: int, law: str) -> Iterator[dict[str, Any]]:
    for row in data.in_units(data.firms(rows, data.COLUMNS[law])).to_dicts():
        facts: dict[str, Any] = {}
        for key, value in row.items():
            code, _, year = key.partition("@")
            if year:
                facts.setdefault(code, {})[year] = value
            else:
                facts[code] = value
        yield facts


def plans(rows: int, law: str) -> Numbers:
    """一企一策 for each of so many firms, with the usual batches and the shipped actions."""
    from denggao.diagnosis.batches import usual_batches
    from denggao.diagnosis.plan import Terms, plan_firm
    from denggao.facts.enterprise import firm_from_json
    from denggao.rules.library import actions_in_force, in_force

    instrument, day = in_force(data.LAWS[law], data.AS_OF), data.AS_OF
    terms = Terms(lambda on: instrument, actions_in_force(day, None), usual_batches(day), day)
    firms = [firm_from_json(facts) for facts in _exchange_form(rows, law)]
    statuses: dict[str, int] = {}
    for number, clock in ((10, Clock()), (rows, Clock())):
        statuses.clear()
        with clock.stage("plan"):
            for firm in firms[:number]:
                word = plan_firm(firm, terms).status.name
                statuses[word] = statuses.get(word, 0) + 1
    return clock.numbers(statuses=statuses)


def show_help() -> Numbers:
    """``denggao --help`` as a process of its own."""
    command, wall = [sys.executable, "-m", "denggao", "--help"], time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu": used.ru_utime + used.ru_stime, "wall": time.perf_counter() - wall}


# ------------------------------------------------------------------ money


def pay(rows: int, region: str, written: str) -> Numbers:
    """A list of events: read, paid by every measure of the region, and told in full."""
    from datetime import date

    from denggao.diagnosis.payout import run as runs
    from denggao.diagnosis.payout.eventlist import EventLists
    from denggao.diagnosis.payout.told import as_json
    from denggao.documents.payout_workbook import write_workbook

    path, clock = data.pay_list(rows), Clock()
    with clock.stage("load and check"):
        chosen, inside = runs.schemes(region, [])
    with clock.stage("read"):
        lists = EventLists(region, date(2024, 6, 30))
        items = lists.read(path)
    assert len(items) == rows, f"{len(items)} events of {rows} rows"
    with clock.stage("run"):
        run = runs.run(lists, items, chosen, inside)
    assert sum(run.by_level().values()) == run.total == sum(run.by_district().values())
    with tempfile.TemporaryDirectory() as folder, clock.stage("write"):
        if written == "xlsx":
            write_workbook(Path(folder) / "out.xlsx", run)
        else:
            json.dumps(as_json(run), ensure_ascii=False)
    return clock.numbers(payments=len(run.payments))


# ------------------------------------------------------------------ workbook


def workbook(rows: int, law: str) -> Numbers:
    """A ledger of sixty columns: read, judge, ask, write the workbook."""
    from denggao.diagnosis.pool import questions
    from denggao.documents.screening_workbook import Screening, write_workbook
    from denggao.facts.ledger import read_ledgers
    from denggao.rules.engines.columnar.screening import frame_of_ledger
    from denggao.rules.engines.columnar.screening import screen as judged
    from denggao.rules.library import in_force

    path, clock, day = data.workbook(rows), Clock(), data.AS_OF
    instrument = in_force(data.LAWS[law], day)
    with clock.stage("read"):
        ledger = read_ledgers([path], as_of=day)
    assert len(ledger) == rows, f"{len(ledger)} firms of {rows} rows"
    with clock.stage("judge"):
        tables = list(judged(frame_of_ledger(ledger, [instrument], day), [instrument], day))
    with clock.stage("questions"):
        nearest = min(500, rows // 10)  # the command asks for the nearest 500
        asked = {t.instrument.short: questions(ledger, t, day, nearest=nearest) for t in tables}
    with tempfile.TemporaryDirectory() as folder, clock.stage("write"):
        made = Screening(ledger, tables, asked, day, {}, None, [path.name])
        write_workbook(Path(folder) / "out.xlsx", made)
    return clock.numbers(problems=len(ledger.problems), unread=len(ledger.unread))


def calamine(rows: int) -> Numbers:
    """The floor of reading a workbook: python-calamine alone, row by row."""
    import python_calamine

    path, clock = data.workbook(rows), Clock()
    with clock.stage("read"):
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        found = sum(1 for _ in book.get_sheet_by_name(book.sheet_names[0]).iter_rows())
    assert found == rows + 1
    return clock.numbers()


def grids(rows: int) -> Numbers:
    """The same cells as the reader gets them: limits, error cells, uncached formulas, hidden
    and merged cells looked for."""
    from denggao.facts.workbook import open_grids

    path, clock = data.workbook(rows), Clock()
    with clock.stage("read"):
        found = sum(1 for grid in open_grids(path) for _ in grid.rows())
    assert found == rows + 1
    return clock.numbers()


def ledger(rows: int) -> Numbers:
    """Heads understood, every cell checked, firms brought together: what screening starts from."""
    from denggao.facts.ledger import read_ledgers

    path, clock = data.workbook(rows), Clock()
    with clock.stage("read"):
        found = read_ledgers([path], as_of=data.AS_OF)
    assert len(found) == rows, f"{len(found)} firms of {rows} rows"
    return clock.numbers(problems=len(found.problems))


def papers(rows: int, command: str, ending: str) -> Numbers:
    """A paper for each firm of a ledger of sixty columns, as ``denggao report --all`` and
    ``denggao plan --all`` write them: read, judge or plan, print."""
    from denggao.cli.plan import Made, terms_of
    from denggao.cli.report import Work
    from denggao.documents.papers.diagnosis import diagnosis_paper
    from denggao.documents.papers.printing import Printers
    from denggao.facts.ledger import read_ledgers
    from denggao.rules.library import in_force

    path, clock, day = data.workbook(rows), Clock(), data.AS_OF
    law = data.LAWS["hnte"]
    with clock.stage("read"):
        ledger = read_ledgers([path], as_of=day)
    with clock.stage("decide"):
        if command == "report":
            work = Work(ledger, in_force(law, day), day, {})
            made = [diagnosis_paper(work.made(index)) for index in range(rows)]
        else:
            terms = terms_of(law, day)
            made = [Made(ledger, index, terms).paper(day) for index in range(rows)]
    notes = sum(1 for paper in made for _ in paper.notes())
    with tempfile.TemporaryDirectory() as folder, clock.stage("print"):
        printers = Printers()
        for number, paper in enumerate(made):
            printers.write(paper, Path(folder) / f"{number}{ending}")
    return clock.numbers(papers=rows, notes=notes)


_PATCH = """
import sys, time
from pathlib import Path
from denggao.documents.patching import Change, patch
patch(Path(sys.argv[1]), Path(sys.argv[2]), [Change("台账", int(sys.argv[3]), "D", 12345)])
status = Path("/proc/self/status")
peak = status.read_text().partition("VmHWM:")[2].split()[0] if status.exists() else "nan"
print(time.process_time(), peak)
"""


def patch(rows: int) -> Numbers:
    """One value in the middle of a large workbook, as a process of its own."""
    path, wall = data.workbook(rows), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.xlsx"
        command = [sys.executable, "-c", _PATCH, path, out, str(rows // 2)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        wall = time.perf_counter() - wall
        before, after = (round(file.stat().st_size / 1e6, 1) for file in (path, out))
    cpu, peak = map(float, done.stdout.split())
    return {"cpu": cpu, "wall": wall, "mb": peak / 1024, "before": before, "after": after}


# ------------------------------------------------------------------ exactness


def exact(rows: int, every: int, engine: str) -> Numbers:
    """Wrong answers against exact fractions; on the reference engine one row in ``every``."""
    import exactness

    run = exactness.columnar if engine == "columnar" else exactness.by_reference
    clock = Clock()
    with clock.stage("compare"):
        found = run(rows) if engine == "columnar" else run(rows, every)
    return clock.numbers(
        rows=found.rows,
        answers=found.answers,
        wrong=found.wrong_rows,
        by_statement=dict(found.wrong),
        by_family=dict(found.families),
        example=found.example,
    )


def peak_megabytes() -> float:
    """Of this process alone; getrusage would tell of the parent's memory at the fork."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Run one function, named with its arguments as JSON, and print what it found."""
    name, arguments = json.loads(sys.argv[1])
    module, _, function = name.rpartition(".")
    found = vars(importlib.import_module(module)) if module else globals()
    numbers = found[function](**arguments)
    numbers.setdefault("mb", peak_megabytes())
    print(json.dumps(numbers, default=str, ensure_ascii=False), flush=True)
    os._exit(0)  # a library that complains on its way out has nothing to tell here


if __name__ == "__main__":
    main()
