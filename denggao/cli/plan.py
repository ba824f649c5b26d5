"""``denggao plan``: for each firm the earliest batch and the cheapest way to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from denggao.cli import papers
from denggao.cli.common import HOLIDAYS_HELP, day, progress_bar, readings, working_calendar
from denggao.cli.screen import read
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.plan import Plan, Terms
    from denggao.diagnosis.relief import Relief
    from denggao.documents.papers.paper import Paper
    from denggao.documents.plan_workbook import Row
    from denggao.facts.ledger import Ledger

_LAW = "高新技术企业认定"
_KIND = "一企一策"
_KINDS = (".xlsx", ".jsonl")
_SHOWN = 8


def plan(
    ledgers: list[Path] = typer.Argument(..., metavar="台账…", help=".xlsx、.csv 或 .parquet"),
    firm: str | None = typer.Option(None, "--firm", help="企业名称、统一社会信用代码，或其中一段"),
    everyone: bool = typer.Option(False, "--all", help="台账里的每一户；结果用 -o 写成文件"),
    law: str = typer.Option(_LAW, "--law", help="规范的简称"),
    as_of: str | None = typer.Option(None, "--as-of", help="从哪一天开始做，缺省为今天"),
    deadline: list[str] = typer.Option([], "--deadline", help="批次截止日，可多次，如 2027-06-30"),
    batch: str | None = typer.Option(None, "--batch", help="只看这一批，如 2027-1"),
    actions: Path | None = typer.Option(None, "--actions", help="自己的行动文件 .md"),
    expect: str = typer.Option(
        "75%", "--expect", help="专家按各档的百分之几给分；写“不看”只看可核实条件"
    ),
    output: Path | None = typer.Option(
        None,
        "-o",
        "--output",
        help="文件夹（每户一份 Word，另有总表 .xlsx），或 .xlsx、.jsonl；一户也可以是 .docx、.pdf",
    ),
    kind: str | None = typer.Option(None, "--format", help=papers.FORMAT_HELP),
    templates: Path | None = typer.Option(None, "--template-dir", help=papers.TEMPLATE_HELP),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，每户一行"),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
    reading: list[str] = typer.Option([], "--reading", help="选用的读法，可多次"),
    holidays: Path | None = typer.Option(None, "--holidays", help=HOLIDAYS_HELP),
) -> None:
    """一企一策：最早赶得上哪一批，做哪几件事最省"""
    from denggao.cli.screen import column_map

    if (firm is None) == (not everyone):
        raise UserError("请用 --firm 指定一户企业，或用 --all 给每一户做方案")
    today = day(as_of)
    terms = _terms(law, today, deadline, batch, actions, expect, reading, holidays)
    endings = papers.endings(kind)
    target = _target(output, ledgers) if everyone else None
    if everyone and target is None and not as_json:
        raise UserError("--all 的结果请用 -o 写成 .xlsx 或 .jsonl，或用 --json 输出")
    ledger = read(ledgers, today, column_map(columns), id_column)
    if firm is not None:
        _one(ledger, found(ledger, firm), terms, as_json, output, kind, templates, ledgers)
    elif target is None:
        for made in _every(ledger, terms):
            typer.echo(_dumps(made.as_json()))
    elif output is not None and papers.is_folder(output):
        _save_papers(ledger, terms, output, target.name, endings, templates)
    else:
        _save(ledger, terms, target)


def terms_of(law: str, today: date) -> Terms:
    """The usual terms of a plan: our actions, the usual batches, the default readings."""
    return _terms(law, today, (), None, None, "75%", ())


def _terms(
    law: str,
    today: date,
    deadlines: Sequence[str],
    batch: str | None,
    own: Path | None,
    expect: str,
    chosen: Sequence[str],
    holidays: Path | None = None,
) -> Terms:
    from denggao.diagnosis.batches import given_batches, with_working_days
    from denggao.diagnosis.plan import Terms
    from denggao.rules.library import actions_in_force, in_force

    law_on = cache(lambda on: in_force(law, on))
    batches = given_batches(today, deadlines, batch)
    batches = with_working_days(batches, today, working_calendar(holidays))
    instruments = list({i.version: i for i in (law_on(b.deadline) for b in batches)}.values())
    _ = [instrument.verdict for instrument in instruments]  # says so if there is none
    picked = readings(instruments, chosen)
    merged = {key: option for one in picked.values() for key, option in one.items()}
    return Terms(
        law_on, actions_in_force(today, own), batches, today, _share(expect), merged
    )  # fmt: skip


def _share(text: str) -> Fraction | None:
    if text.strip() == "不看":
        return None
    try:
        value = Fraction(text.strip().removesuffix("%")) / 100
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if not 0 <= value <= 1:
        raise UserError(f"--expect “{text}”读不懂，应写成 75%（0%～100%），或“不看”")
    return value


def _target(output: Path | None, inputs: Sequence[Path]) -> Path | None:
    """The file to write: in a folder, the workbook gets a name of its own."""
    if output is None:
        return None
    path = output / "一企一策.xlsx" if output.is_dir() or not output.suffix else output
    if path.suffix not in _KINDS:
        raise UserError(f"结果应是文件夹，或以 {'、'.join(_KINDS)} 结尾，不是“{output.name}”")
    if path.resolve() in {one.resolve() for one in inputs}:
        raise UserError(f"结果文件“{path}”会盖掉输入文件，请换一个名字")
    if not papers.is_folder(output) and not path.parent.is_dir():
        raise UserError(f"没有文件夹“{path.parent}”，请先建好再运行")
    return path


def found(ledger: Ledger, wanted: str) -> int:
    """The one firm meant: by code or name, or by a part of one that no other has."""
    names = ledger.columns.get("name") or ledger.identity
    pairs = list(enumerate(zip(ledger.identity, names, strict=True)))
    text = wanted.strip()
    exact = [i for i, both in pairs if text and text in both]
    meant = exact or [i for i, both in pairs if text and any(text in (one or "") for one in both)]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        raise UserError(f"台账里没有“{wanted}”；请核对企业名称或统一社会信用代码")
    shown = "、".join(f"{names[i]}（{ledger.identity[i]}）" for i in meant[:_SHOWN])
    raise UserError(f"“{wanted}”对得上 {len(meant)} 户，请写全：{shown}")


# ------------------------------------------------------------------------- one and all


class Made:
    """A plan with whose it is and where its figures stand."""

    def __init__(self, ledger: Ledger, index: int, terms: Terms) -> None:
        from denggao.diagnosis.plan import plan_firm
        from denggao.diagnosis.pool import firm_of
        from denggao.diagnosis.relief import unlocked

        self.ledger, self.index = ledger, index
        self.identity = ledger.identity[index]
        names = ledger.columns.get("name")
        self.name = (names[index] if names else None) or self.identity
        self.plan: Plan = plan_firm(firm_of(ledger, index), terms)
        self.reliefs: tuple[Relief, ...] = unlocked(self.plan)

    def sources(self) -> dict[str, str]:
        from denggao.diagnosis.pool import cells_of

        return cells_of(self.ledger, self.index)

    def as_json(self) -> dict[str, Any]:
        from denggao.diagnosis.plan_json import as_json

        return as_json(self.plan, self.identity, self.name, self.reliefs, self.sources())

    def row(self) -> Row:
        return self.plan, self.identity, self.name, self.reliefs

    def paper(self, today: date) -> Paper:
        from denggao.documents.papers.evidence import Evidence
        from denggao.documents.papers.plan import Planned, assumed, plan_paper

        law = self.plan.instrument
        evidence = Evidence(self.ledger, self.index, law, assumed(self.plan))
        return plan_paper(Planned(self.plan, self.reliefs, evidence), today)

    def lines(self) -> Iterator[str]:
        from denggao.documents.plan_page import lines

        return lines(self.plan, self.identity, self.name, self.reliefs, self.sources())


def _one(
    ledger: Ledger,
    index: int,
    terms: Terms,
    as_json: bool,
    output: Path | None,
    kind: str | None,
    templates: Path | None,
    inputs: Sequence[Path],
) -> None:
    made, paths = Made(ledger, index, terms), []
    if output is not None:
        paths = papers.one_file(output, kind, papers.stems_of(ledger, _KIND)[index], inputs)
        papers.write_one(made.paper(terms.today), paths, templates)
    if as_json:
        typer.echo(_dumps(made.as_json()))
        return
    for line in made.lines():
        typer.echo(line)
    if paths:
        typer.echo(f"方案已写入 {'、'.join(map(str, paths))}")


def _every(ledger: Ledger, terms: Terms) -> Iterator[Made]:
    with progress_bar("做方案") as progress:
        for index in range(len(ledger)):
            yield Made(ledger, index, terms)
            progress(index + 1, len(ledger))


def _save(ledger: Ledger, terms: Terms, path: Path) -> None:
    counts: Counter[str] = Counter()
    made = _counting(_every(ledger, terms), counts)
    with replacing(path) as temporary:
        if path.suffix == ".jsonl":
            with temporary.open("w", encoding="utf-8") as stream:
                stream.writelines(_dumps(one.as_json()) + "\n" for one in made)
        else:
            from denggao.documents.plan_workbook import write_plans

            write_plans(temporary, (one.row() for one in made), terms)
    _tell(ledger, counts)
    typer.echo(f"方案已写入 {path}")


def _save_papers(
    ledger: Ledger,
    terms: Terms,
    folder: Path,
    workbook: str,
    endings: Sequence[str],
    templates: Path | None,
) -> None:
    """A paper for each firm, and the workbook over all of them, beside each other."""
    from denggao.documents.plan_workbook import write_plans

    counts: Counter[str] = Counter()
    rows: list[Row] = []

    def made() -> Iterator[tuple[str, Paper]]:
        every = (Made(ledger, index, terms) for index in range(len(ledger)))
        for stem, one in zip(stems, _counting(every, counts), strict=True):
            rows.append(one.row())
            yield stem, one.paper(terms.today)

    stems = papers.stems_of(ledger, _KIND)
    papers.write_many(
        made(), len(stems), folder, endings, templates, title="写一企一策",
        besides=lambda stage: write_plans(stage / workbook, rows, terms),
    )  # fmt: skip
    _tell(ledger, counts)
    typer.echo(f"方案 {len(stems) * len(endings)} 份和总表 {workbook} 已写入 {folder}")


def _counting(made: Iterator[Made], counts: Counter[str]) -> Iterator[Made]:
    for one in made:
        counts[one.plan.status.value] += 1
        yield one


def _tell(ledger: Ledger, counts: Counter[str]) -> None:
    told = "，".join(f"{word} {count} 户" for word, count in counts.items())
    typer.echo(f"{len(ledger)} 户：{told}")


def _dumps(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False)
