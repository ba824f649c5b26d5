"""``denggao plan``: for each firm the earliest batch and the cheapest way to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from denggao.cli.common import HOLIDAYS_HELP, day, progress_bar, readings, working_calendar
from denggao.cli.screen import read
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.plan import Plan, Terms
    from denggao.diagnosis.relief import Relief
    from denggao.facts.ledger import Ledger

_LAW = "高新技术企业认定"
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
        None, "-o", "--output", help="文件夹，或 .xlsx（给人看）、.jsonl（给程序用）"
    ),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，每户一行"),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
    reading: list[str] = typer.Option([], "--reading", help="选用的读法，可多次"),
    holidays: Path | None = typer.Option(None, "--holidays", help=HOLIDAYS_HELP),
) -> None:
    """一企一策：最早赶得上哪一批，做哪几件事最省"""
    from denggao.cli.screen import _mapping

    if (firm is None) == (not everyone):
        raise UserError("请用 --firm 指定一户企业，或用 --all 给每一户做方案")
    today = day(as_of)
    terms = _terms(law, today, deadline, batch, actions, expect, reading, holidays)
    target = _target(output, ledgers) if everyone else None
    if everyone and target is None and not as_json:
        raise UserError("--all 的结果请用 -o 写成 .xlsx 或 .jsonl，或用 --json 输出")
    ledger = read(ledgers, today, _mapping(columns), id_column)
    if firm is not None:
        _one(ledger, _found(ledger, firm), terms, as_json)
    elif target is None:
        for made in _every(ledger, terms):
            typer.echo(_dumps(made.as_json()))
    else:
        _save(ledger, terms, target)


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
    try:
        if not output.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise UserError(f"文件夹“{path.parent}”建不了，请换一个地方") from None
    if not path.parent.is_dir():
        raise UserError(f"没有文件夹“{path.parent}”，请先建好再运行")
    return path


def _found(ledger: Ledger, wanted: str) -> int:
    """The one firm meant: by code or name, or by a part of one that no other has."""
    names = ledger.columns.get("name") or ledger.identity
    pairs = list(enumerate(zip(ledger.identity, names, strict=True)))
    text = wanted.strip()
    exact = [i for i, both in pairs if text and text in both]
    found = exact or [i for i, both in pairs if text and any(text in (one or "") for one in both)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UserError(f"台账里没有“{wanted}”；请核对企业名称或统一社会信用代码")
    shown = "、".join(f"{names[i]}（{ledger.identity[i]}）" for i in found[:_SHOWN])
    raise UserError(f"“{wanted}”对得上 {len(found)} 户，请写全：{shown}")


# ------------------------------------------------------------------------- one and all


class _Made:
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

    def lines(self) -> Iterator[str]:
        from denggao.documents.plan_page import lines

        return lines(self.plan, self.identity, self.name, self.reliefs, self.sources())


def _one(ledger: Ledger, index: int, terms: Terms, as_json: bool) -> None:
    made = _Made(ledger, index, terms)
    if as_json:
        typer.echo(_dumps(made.as_json()))
        return
    for line in made.lines():
        typer.echo(line)


def _every(ledger: Ledger, terms: Terms) -> Iterator[_Made]:
    with progress_bar("做方案") as progress:
        for index in range(len(ledger)):
            yield _Made(ledger, index, terms)
            progress(index + 1, len(ledger))


def _save(ledger: Ledger, terms: Terms, path: Path) -> None:
    from collections import Counter

    counts: Counter[str] = Counter()

    def counted() -> Iterator[_Made]:
        for made in _every(ledger, terms):
            counts[made.plan.status.value] += 1
            yield made

    with replacing(path) as temporary:
        if path.suffix == ".jsonl":
            with temporary.open("w", encoding="utf-8") as stream:
                stream.writelines(_dumps(made.as_json()) + "\n" for made in counted())
        else:
            from denggao.documents.plan_workbook import write_plans

            rows = ((m.plan, m.identity, m.name, m.reliefs) for m in counted())
            write_plans(temporary, rows, terms)
    told = "，".join(f"{word} {count} 户" for word, count in counts.items())
    typer.echo(f"{len(ledger)} 户：{told}")
    typer.echo(f"方案已写入 {path}")


def _dumps(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False)
