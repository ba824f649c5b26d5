"""Measure 登高 and print a Markdown table: ``python benchmarks/run.py`` (see README.md).

--rows N      firms to screen (1,000,000); below 100,000 the other sizes shrink along
--large       ten million firms too, once (the file takes 1 GB, the run some minutes)
--only NAME   names that contain NAME, and their floors; may be repeated
--repeat K    rounds (5); every round runs all measures once, in shuffled order
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import data
from measure import Measure

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # denggao, where it is not installed

from peers import plan, subset  # noqa: E402

Numbers = dict[str, Any]


def measures(rows: int) -> list[Measure]:
    """All of them, at this size."""
    some, full = min(rows, 100_000), rows >= 100_000
    found = [*_screening(rows)]
    found += [
        Measure(f"load-{law}", f"{title}：载入、自检、编译", "load", {"law": law}, limit=0.5)
        for law, title in data.LAWS.items()
    ]
    judge = {"rows": 1000 if full else 100, "law": "hnte"}
    found += [
        Measure("judge", "判一家（整棵树）", "judge", {**judge, "whole": False}, limit=0.002),
        Measure("judge-decisive", "判一家，并找决定性数据", "judge", {**judge, "whole": True}),
        Measure(
            "plans", f"一企一策：{10_000 if full else 100:,} 户",
            "plans", {"rows": 10_000 if full else 100, "law": "hnte"}, limit=60 if full else None,
        ),
        Measure("help", "denggao --help", "show_help", limit=0.4),
        Measure(
            "workbook", f"台账 {some:,} 行 × 60 列 .xlsx：读、判、写",
            "workbook", {"rows": some, "law": "hnte"}, limit=60 if full else None,
        ),
    ]  # fmt: skip
    found += _reading(some, full)
    large = 58_000 if full else some  # 20 MB
    found.append(
        Measure("patch", "一个值写回 20 MB 的工作簿", "patch", {"rows": large}, limit=3.0)
        if full
        else Measure("patch", "一个值写回小工作簿", "patch", {"rows": large})
    )
    found += [
        Measure(
            "lists-sql", f"三清单：{rows:,} 张证书，手写 SQL（SQLite）", "lists_sql", {"rows": rows}
        ),
        Measure("lists-polars", "同上，手写 Polars", "lists_polars", {"rows": rows}),
        Measure(
            "lists", f"三清单与全部预警：{rows:,} 张证书",
            "lists", {"rows": rows}, "lists-sql", 3.0 if full else None,
        ),
    ]  # fmt: skip
    firms = 106 if full else 10
    found += [
        Measure(
            f"papers-{command}", f"{firms} 份{title}：读、判、写 Word",
            "papers", {"rows": firms, "command": command, "ending": ".docx"},
            limit=30.0 if full else None,
        )
        for command, title in (("report", "诊断报告"), ("plan", "一企一策"))
    ]  # fmt: skip
    found.append(
        Measure(
            "papers-pdf", f"{firms} 份诊断报告：读、判、写 PDF",
            "papers", {"rows": firms, "command": "report", "ending": ".pdf"},
        )
    )  # fmt: skip
    found += [
        Measure(
            f"pay-{written}", f"兑现 {some:,} 件，{region}，写 .{written}",
            "pay", {"rows": some, "region": region, "written": written},
            limit=20 if full else None,
        )
        for region, written in (("甘肃省白银市", "json"), ("甘肃省", "xlsx"))
    ]  # fmt: skip
    every = 5 if full else 1
    found += [
        Measure(
            f"exact-{engine}", f"临界行，{engine} 引擎",
            "exact", {"rows": some, "every": every, "engine": engine}, once=True,
        )
        for engine in ("columnar", "reference")
    ]  # fmt: skip
    return found


def _reading(rows: int, full: bool) -> list[Measure]:
    title, arguments = f"{rows:,} 行 × 60 列 .xlsx", {"rows": rows}
    most = 800 if full else None
    return [
        Measure("read-xlsx", f"{title}：只用 calamine", "calamine", arguments),
        Measure(
            "xlsx-grids", f"{title}：单元格，连同错误值、无结果的公式、隐藏、合并",
            "grids", arguments, "read-xlsx", 2.0 if full else None, most,
        ),
        Measure(
            "xlsx-ledger", f"{title}：认表头、逐格核验、并户",
            "ledger", arguments, "read-xlsx", 4.0 if full else None, most,
        ),
    ]  # fmt: skip


def _screening(rows: int) -> list[Measure]:
    found = []
    for kind, law in (("hnte", "hnte"), ("sme", "sme"), ("wide", "hnte")):
        title, goal = data.LAWS[law], None if kind == "wide" or rows < 1_000_000 else 5.0
        more = "，研发八类分列" if kind == "wide" else ""
        floor, arguments = f"read-{kind}", {"rows": rows, "kind": kind}
        found += [
            Measure(floor, f"只读 Parquet（{title}所用的列{more}）", "read", arguments),
            Measure(
                f"screen-{kind}", f"{title}：{rows:,} 家全部结果{more}",
                "screen", {**arguments, "law": law}, floor, goal,
            ),
        ]  # fmt: skip
    arguments = {"rows": rows, "kind": "hnte"}
    return [
        *found,
        Measure("read-exchange", "只读 Parquet（元，Decimal）", "read_exchange", arguments),
        Measure(
            "stream", "高新技术企业认定：文件到文件",
            "stream", {**arguments, "law": "hnte"}, "read-exchange",
        ),
    ]  # fmt: skip


# ------------------------------------------------------------------ running


def chosen(every: Sequence[Measure], names: Sequence[str]) -> list[Measure]:
    """The measures whose name contains one of ``names``, and their floors."""
    wanted = {m.name for m in every if not names or any(n in m.name for n in names)}
    wanted |= {m.floor for m in every if m.name in wanted and m.floor}
    return [m for m in every if m.name in wanted]


def run(measure: Measure) -> Numbers:
    """In a fresh process; one that is to use so many cores is told so."""
    what = json.dumps([measure.function, measure.arguments])
    paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    threads = measure.arguments.get("threads")
    more = {"POLARS_MAX_THREADS": str(threads)} if threads else {}
    done = subprocess.run(
        [sys.executable, str(HERE / "measures.py"), what],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **more},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def prepare(rows: int, wanted: Sequence[Measure]) -> None:
    """Make the files beforehand, outside every measure."""
    kinds = {m.arguments["kind"] for m in wanted if "kind" in m.arguments}
    for size in (1000, rows):
        for kind in kinds:
            data.canonical(size, kind)
        if any(m.name == "stream" for m in wanted):
            data.exchange(size, "hnte")
    for kind in (*data.LAWS, "subset", "both"):
        data.canonical(1000, kind)
    for measure in wanted:
        if measure.function in _FROM_FILE:
            subset.file(measure.arguments["rows"])
        if measure.function == "peers.measured.laws":
            data.canonical(measure.arguments["rows"], "both")
        if measure.function in ("workbook", "calamine", "grids", "ledger", "patch"):
            data.workbook(measure.arguments["rows"])


_FROM_FILE = {f"peers.measured.{name}" for name in ("peer", "peer_read", "to_parquet")}


def measured(wanted: Sequence[Measure], repeat: int) -> dict[str, Numbers]:
    """Medians of interleaved rounds."""
    rng, runs = random.Random(1), {m.name: [] for m in wanted}
    for number in range(repeat):
        for measure in rng.sample(wanted, len(wanted)):
            if number == 0 or not measure.once:
                _tell(f"{number + 1}/{repeat} {measure.name}")
                runs[measure.name].append(run(measure))
    return {m.name: {**m.arguments, **_median(runs[m.name])} for m in wanted}


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _median(runs: Sequence[Numbers]) -> Numbers:
    found = dict(runs[0])
    for key, value in runs[0].items():
        if isinstance(value, float):
            found[key] = statistics.median(r[key] for r in runs)
        elif key == "stages":
            found[key] = {k: statistics.median(r[key][k] for r in runs) for k in value}
    return found


# ------------------------------------------------------------------ table


def table(wanted: Sequence[Measure], found: dict[str, Numbers]) -> list[str]:
    """Markdown, ready for the README."""
    lines = [
        "| 名称 | 项目 | CPU | 墙钟 | 内存峰值 | 倍数 | 目标 | |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for measure in wanted:
        numbers = found[measure.name]
        if "cpu" in numbers and "wrong" not in numbers and "table" not in numbers:
            ratio = numbers["cpu"] / found[measure.floor]["cpu"] if measure.floor else None
            lines.append(_line(measure, numbers, ratio))
    return [*lines, ""] if len(lines) > 2 else []


def _line(measure: Measure, numbers: Numbers, ratio: float | None) -> str:
    cells = [
        f"`{measure.name}`", measure.title, _seconds(numbers["cpu"]),
        _seconds(numbers.get("wall")), _megabytes(numbers),
        f"{ratio:.2f} ×" if ratio else "", _goal(measure), _reached(measure, numbers, ratio),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _megabytes(numbers: Numbers) -> str:
    """The peak, and how much of it the work took where that was told apart."""
    work = f"（{numbers['work']:.0f}）" if "work" in numbers else ""
    return f"{numbers['mb']:.0f}{work} MB"


def _reached(measure: Measure, numbers: Numbers, ratio: float | None) -> str:
    goals = [(ratio if measure.floor else numbers["cpu"], measure.limit)]
    goals += [(numbers["mb"], measure.memory)]
    held = [value <= limit for value, limit in goals if limit is not None and value is not None]
    return "" if not held else "达到" if all(held) else "**未达到**"


def _goal(measure: Measure) -> str:
    if measure.limit is None:
        return ""
    time = f"≤ {measure.limit:g} ×" if measure.floor else f"≤ {_seconds(measure.limit)}"
    return time if measure.memory is None else f"{time}，≤ {measure.memory:g} MB"


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value * 1000:.2f} ms" if value < 0.02 else f"{value:.2f} s"


def notes(wanted: Sequence[Measure], found: dict[str, Numbers]) -> list[str]:
    """Stages, and what else belongs below the table."""
    lines = []
    for measure in wanted:
        numbers = found[measure.name]
        if "skipped" in numbers:
            lines.append(f"- `{measure.name}`：没有 {numbers['skipped']}，未量")
        stages = numbers.get("stages", {})
        if len(stages) > 1:
            parts = "，".join(f"{_STAGES.get(k, k)} {_seconds(v)}" for k, v in stages.items())
            lines.append(f"- `{measure.name}`：{parts}{_besides(numbers)}")
        if "p99" in numbers:
            mean, p99, most = (_seconds(numbers[k]) for k in ("cpu", "p99", "most"))
            told = f"平均每家 {mean}；99 % 的企业在 {p99} 以内，最慢 {most}"
            lines.append(f"- `{measure.name}`：{told}")
        if "after" in numbers:
            sizes = f"文件 {numbers['before']} MB，改后 {numbers['after']} MB"
            lines.append(f"- `{measure.name}`：{sizes}")
        if "hand" in numbers:
            told = f"手写 {_seconds(numbers['hand'])}，{numbers['wrong_cells']} 格不同"
            lines.append(f"- `{measure.name}`：{told}")
        if "wrong" in numbers:
            lines.append(_exactness(measure, numbers))
    return lines


_STAGES = {
    "read": "读", "judge": "判", "questions": "问", "write": "写", "compile": "编译",
    "run": "计算", "load and check": "载入并自检", "certificates": "归并证书",
    "lists": "列清单", "query": "查询", "compare": "比对", "screen": "筛",
}  # fmt: skip


def _besides(numbers: Numbers) -> str:
    if "polars" not in numbers:
        return ""
    ours, polars = _seconds(numbers["imports"]), _seconds(numbers["polars"])
    return f"（另：导入本项目与解析器 {ours}，导入 Polars {polars}）"


def _exactness(measure: Measure, numbers: Numbers) -> str:
    line = (
        f"- `{measure.name}`：{numbers['rows']:,} 行，{numbers['answers']:,} 个答案，"
        f"答错的行 **{numbers['wrong']}**"
    )
    if numbers["wrong"]:
        where = f"{numbers['by_statement']} {numbers.get('by_family', '')}"
        line += f"；{where}\n  首例 {numbers['example']}"
    return line


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if there is a wrong answer."""
    parser = argparse.ArgumentParser(description="登高的基准；打印 Markdown 表")
    parser.add_argument("--rows", type=int, default=1_000_000, help="筛查的企业数")
    parser.add_argument("--large", action="store_true", help="另量一千万家，只一轮")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="只量这些")
    parser.add_argument("--repeat", type=int, default=5, metavar="K", help="轮数，取中位数")
    options = parser.parse_args(arguments)
    every = [*measures(options.rows), *plan.measures(options.rows, large=options.large)]
    wanted = chosen(every, options.only)
    prepare(options.rows, wanted)
    before = os.getloadavg()[0]
    found = measured(wanted, options.repeat)
    _tell("")
    print(f"{options.rows:,} 家，{options.repeat} 轮中位数；开始时负载 {before:.1f}\n")
    differ = plan.agreement(found)
    goals = plan.goal_table(found, plan.goals(options.rows, large=options.large))
    plain = [line for numbers in found.values() for line in numbers.get("table", [])]
    print("\n".join([*table(wanted, found), *goals, *notes(wanted, found), *differ, "", *plain]))
    return 1 if differ or any(_is_wrong(m, found[m.name]) for m in wanted) else 0


def _is_wrong(measure: Measure, numbers: Numbers) -> bool:
    """zen stops at amounts that its decimals of 28 digits cannot square: told, but no fault."""
    if numbers.get("wrong_cells"):
        return True
    return bool(numbers.get("wrong")) and measure.name != "peer-exact-zen"


if __name__ == "__main__":
    sys.exit(main())
