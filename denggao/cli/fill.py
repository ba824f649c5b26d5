"""``denggao fill``: a blank table from elsewhere, filled from the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import day, laws, progress_bar, tell_unwritten
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from datetime import date

    from denggao.documents.filling.answers import Answers
    from denggao.documents.filling.firms import Roll
    from denggao.documents.filling.headrows import Meant
    from denggao.documents.filling.layout import Form
    from denggao.documents.filling.plan import Plan
    from denggao.facts.ledger import Ledger

_SHOWN = 12
_NOT_IN_NAMES = '\\/:*?"<>|'


def fill(
    form: Path = typer.Argument(..., metavar="空表", help="上级发来的 .xlsx 表"),
    more: list[Path] = typer.Argument(None, metavar="台账…", help="--ledger 之后的台账"),
    ledger: list[Path] = typer.Option(..., "--ledger", help="台账，可多次：.xlsx 或 .csv"),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="填好的表；已有的文件夹则每户一份。缺省在空表旁边"
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="填报日，缺省为今天"),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="台账里标识列的表头"),
    firm: list[str] = typer.Option([], "--firm", help="只填这几户：名称或信用代码，可多次"),
    law: list[str] = typer.Option([], "--law", help="缺的数按这份办法的推导补，可多次"),
    year: int | None = typer.Option(
        None, "--year", min=1990, max=2100, help="报告年度：表头没写年度的、写“本年”的指哪一年"
    ),
) -> None:
    """空表自填：认表头，一户一行，缺数加批注，附来源"""
    from denggao.documents.filling.formreader import read_form
    from denggao.documents.filling.planner import heads_of

    on = day(as_of)
    more = more or []
    inputs = [form, *ledger, *more, *filter(None, [columns])]
    target = _target(form, output, inputs)
    blank = read_form(form)
    meant = _meanings(columns, on)
    heads = heads_of(blank, meant, on.year, year)
    known = _read([*ledger, *more], on, columns, id_column, heads)
    from denggao.documents.filling.answers import Answers
    from denggao.documents.filling.lawful import Lawful

    answers = Answers(known, on, Lawful(known, on, laws(law, on)) if law else None)
    _fill(blank, answers, meant, year, firm, target, inputs)


def _fill(
    form: Form, answers: Answers, meant: Meant, year: int | None, names: list[str], target: Path,
    inputs: Sequence[Path],
) -> None:  # fmt: skip
    from denggao.documents.filling.firms import Roll

    roll = Roll(answers.ledger)
    firms = roll.chosen(names) if names else list(range(len(answers.ledger)))
    if target.is_dir():
        targets = _targets(form, roll, firms, target, inputs)
        _fill_each(form, answers, meant, year, targets, roll)
        typer.echo(f"填了 {len(firms)} 份，在 {target}")
        return
    plan = _planned(form, answers, meant, year, firms)
    from denggao.documents.filling.workbook import write_filled

    written = write_filled(plan, form.path, target)
    _tell(plan, written.notes)
    tell_unwritten(written.unwritten)
    wrong = sum(1 for problem in answers.ledger.problems if not problem.is_notice)
    if wrong:
        typer.echo(f"台账里有 {wrong} 格读不懂，当作没有；用 denggao errors 看是哪些")
    typer.echo(f"填好的表 {target}（另有 来源、待填清单 两张表）")


def _target(form: Path, output: Path | None, inputs: list[Path]) -> Path:
    target = output or form.with_name(f"{form.stem}（已填）.xlsx")
    if target.is_dir():
        return target
    if any(target.resolve() == path.resolve() for path in inputs):
        raise UserError(f"结果文件“{target}”会盖掉输入文件，请换一个名字")
    if target.suffix.lower() != ".xlsx":
        raise UserError(f"结果文件应以 .xlsx 结尾，不是“{target.name}”；每户一份请先建好文件夹")
    if not target.parent.is_dir():
        raise UserError(f"没有文件夹“{target.parent}”，请先建好再运行")
    return target


def _meanings(columns: Path | None, on: date) -> Meant:
    from denggao.facts.columnmap import ColumnMap, load_column_map
    from denggao.facts.tables import Reader

    return Reader(on.year, load_column_map(columns) if columns else ColumnMap(), None).meaning


def _read(
    paths: list[Path], on: date, columns: Path | None, id_column: str | None, heads: list[str]
) -> Ledger:
    from denggao.facts.ledger import load_column_map, read_ledgers

    if any(path.suffix.lower() == ".parquet" for path in paths):
        raise UserError("填表要说清每个数来自哪一格，.parquet 没有格；请给 .xlsx 或 .csv 台账")
    mapping = load_column_map(columns) if columns else None
    with progress_bar("读台账") as progress:
        return read_ledgers(
            paths, as_of=on, columns=mapping, id_column=id_column, progress=progress,
            carry=heads,
        )  # fmt: skip


def _planned(
    form: Form, answers: Answers, meant: Meant, year: int | None, firms: list[int]
) -> Plan:
    from denggao.documents.filling.planner import plan_form

    plan = plan_form(form, answers, meant=meant, report_year=year, firms=firms)
    if plan.is_empty:
        why = [*plan.skipped, *(f"{mark.firm}：{mark.why}" for mark in plan.absent[:_SHOWN])]
        reasons = "\n  ".join(why) or "找不到能填的表：没有一张表有认得的表头"
        raise UserError(f"「{form.path.name}」没有能填的：\n  {reasons}")
    return plan


def _targets(
    form: Form, roll: Roll, firms: Sequence[int], folder: Path, inputs: Sequence[Path]
) -> dict[int, Path]:
    """A file a firm, named after it; firms of one name get their credit codes too. Windows
    tells no case apart. Raises UserError for a name that is that of an input."""
    names = {firm: roll.name(firm) for firm in firms}
    for tried in (roll.code, lambda firm: str(firm + 1)):
        taken = Counter(_file_name(name).casefold() for name in names.values())
        for firm, name in names.items():
            if taken[_file_name(name).casefold()] > 1:
                names[firm] = f"{name}-{tried(firm)}"
    targets = {
        firm: folder / f"{form.path.stem}-{_file_name(name)}.xlsx" for firm, name in names.items()
    }
    there = {str(path.resolve()).casefold() for path in inputs}
    for target in targets.values():
        if str(target.resolve()).casefold() in there:
            raise UserError(f"结果文件“{target}”会盖掉输入文件，请换一个文件夹")
    return targets


def _file_name(name: str) -> str:
    return "".join("_" if c in _NOT_IN_NAMES or c < " " else c for c in name)


def _fill_each(
    form: Form, answers: Answers, meant: Meant, year: int | None, targets: dict[int, Path],
    roll: Roll,
) -> None:  # fmt: skip
    """One copy a firm. A firm that cannot be filled stops no other: raises UserError at the
    end, with all of them."""
    from denggao.documents.filling.workbook import write_filled

    failed: list[str] = []
    unwritten: dict[str, None] = {}
    with progress_bar("每户一份") as progress:
        for done, (firm, target) in enumerate(targets.items(), 1):
            try:
                plan = _planned(form, answers, meant, year, [firm])
                unwritten |= dict.fromkeys(write_filled(plan, form.path, target).unwritten)
            except UserError as error:
                reason = " ".join(str(error).split())
                failed.append(f"{roll.name(firm)}（{roll.code(firm)}）：{reason}")
            progress(done, len(targets))
    tell_unwritten(list(unwritten))
    if failed:
        good = len(targets) - len(failed)
        reasons = "\n  ".join(failed)
        raise UserError(f"填了 {good} 份，另有 {len(failed)} 户没有填：\n  {reasons}")


# --- on the terminal -----------------------------------------------------------------------


def _tell(plan: Plan, notes: int) -> None:
    """``notes``: how many of the cells in want of data have a comment."""
    from denggao.documents.filling.workbook import count_cells

    missing = len(plan.marked)
    said = f"填了 {len(plan.firms)} 户、{count_cells(plan.filled)} 格；缺数 {missing} 格"
    if missing and notes == missing:
        said += "，都加了批注"
    elif missing:
        said += f"，{notes} 格加了批注，全部列在〈待填清单〉"
    typer.echo(said)
    for inserted in plan.inserted:
        typer.echo(f"〈{inserted.sheet}〉第 {inserted.after} 行后插入 {inserted.added} 行")
    _list("没有填的表", plan.skipped)
    _list("提示", plan.notices)
    _list("不认得的列", [f"〈{u.sheet}〉{u.head}：{u.why}" for u in plan.unfilled])
    _list("表头的口径", [f"〈{m.sheet}〉{m.head}：{m.why}" for m in plan.head_notes])
    _list("台账里找不到", [f"{m.firm}（{m.why}）" for m in plan.absent])
    _list("台账里存疑", [f"{m.firm} {m.head}：{m.why}" for m in plan.doubted])
    _list("与台账不同", [f"{m.firm} {m.head}：{m.why}" for m in plan.differing])


def _list(title: str, lines: list[str]) -> None:
    if not lines:
        return
    typer.echo(f"{title} {len(lines)} 个：")
    for line in lines[:_SHOWN]:
        typer.echo(f"  {line}")
    if len(lines) > _SHOWN:
        typer.echo("  ……全部见〈待填清单〉")
