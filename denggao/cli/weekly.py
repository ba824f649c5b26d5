"""``denggao weekly``: the week's report from two ledgers, with the reason for every difference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli import papers
from denggao.cli.common import checked_output, day
from denggao.cli.screen import column_map, read
from denggao.documents.replacing import replacing

if TYPE_CHECKING:
    from denggao.diagnosis.weekly.report import Report
    from denggao.diagnosis.weekly.stand import Stand

_KINDS = (".docx", ".pdf", ".xlsx", ".json")
_SHOWN = 20
_NONE = "无"


def weekly(
    this: Path = typer.Argument(..., metavar="本周", help="本周的台账 .xlsx、.csv，或底账 .zip"),
    last: Path | None = typer.Option(
        None, "--last", metavar="上周", help="上周的台账或底账；不给就是第一期，没有增减"
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="本期截至哪一天，缺省为今天"),
    last_as_of: str | None = typer.Option(
        None, "--last-as-of", help="上期截至哪一天，缺省为本期的七天以前；底账自带日期"
    ),
    targets: Path | None = typer.Option(
        None, "--targets", help="目标分解表 .csv：指标、单位、年度、数"
    ),
    tasks: Path | None = typer.Option(
        None, "--tasks", help="任务表 .csv：任务、责任单位、下达日期、期限、状态"
    ),
    last_tasks: Path | None = typer.Option(None, "--last-tasks", help="上周的任务表 .csv"),
    law: list[str] = typer.Option(
        [],
        "--law",
        help="另数“可核实条件都符合”的户数的规范，可多次；缺省为高新技术企业认定，不要就写 无",
    ),
    region: str = typer.Option("", "--region", help="报告的范围，如 某县"),
    output: list[Path] = typer.Option(
        [], "-o", "--output", help="写成 .docx、.pdf、.xlsx 或 .json，可多次"
    ),
    snapshot: Path | None = typer.Option(
        None, "--snapshot", help="另存本周的底账 .zip，下周用作 --last"
    ),
    templates: Path | None = typer.Option(None, "--template-dir", help=papers.TEMPLATE_HELP),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
) -> None:
    """周报告：本周的数、和上周差在哪几行、逾期的、下周要办的；写成 Word、Excel"""
    from denggao.diagnosis.weekly import report as made
    from denggao.diagnosis.weekly import standfile

    inputs = [this, last, targets, tasks, last_tasks, columns]
    for path in output:
        checked_output(path, _KINDS, inputs)
    if snapshot is not None:
        checked_output(snapshot, [".zip"], inputs, "底账")
    now = _stand(this, day(as_of), law, columns)
    on = day(last_as_of) if last_as_of else now.as_of - timedelta(days=7)
    before = None if last is None else _stand(last, on, law, columns)
    now = _with_rows(now, targets, tasks)
    if before is not None:
        before = _with_rows(before, targets, last_tasks or tasks)
    found = made.made(now, before, region)
    for path in output:
        _save(path, found, templates)
    if snapshot is not None:
        with replacing(snapshot) as draft:
            standfile.write(now, draft)
    if as_json:
        typer.echo(json.dumps(made.as_json(found), ensure_ascii=False))
        return
    for line in _lines(found):
        typer.echo(line)
    for path in [*output, *filter(None, [snapshot])]:
        typer.echo(f"已写入 {path}")


def _stand(path: Path, on: date, law: Sequence[str], columns: Path | None) -> Stand:
    """A ledger as it stands on the day, or one that was kept."""
    from denggao.diagnosis.weekly import standfile
    from denggao.diagnosis.weekly.stand import HIGH_TECH, Rules, Stand
    from denggao.rules.library import in_force

    if path.suffix.lower() == ".zip":
        return standfile.read(path)
    names = [] if list(law) == [_NONE] else list(law) or [f"{HIGH_TECH}认定"]
    laws = [in_force(name, on) for name in dict.fromkeys(names)]
    for instrument in laws:
        instrument.verdict  # noqa: B018  raises UserError for a text that judges nobody
    texts = {i.short: Path(i.path).read_text(encoding="utf-8-sig") for i in laws}
    ledger = read([path], on, column_map(columns), None)
    return Stand(ledger, on, Rules(laws=texts), files=(path.name,))


def _with_rows(stand: Stand, targets: Path | None, tasks: Path | None) -> Stand:
    """With the targets and tasks of the files; without files, those it was kept with."""
    from denggao.diagnosis.weekly import files

    if targets is not None:
        stand = replace(stand, goals=files.read_goals(targets, stand.as_of))
    if tasks is not None:
        stand = replace(stand, tasks=files.read_tasks(tasks))
    return stand


def _save(path: Path, found: Report, templates: Path | None) -> None:
    if path.suffix.lower() in papers.ENDINGS:
        from denggao.documents.papers.weekly import weekly_paper

        papers.write_one(weekly_paper(found), [path], templates)
        return
    with replacing(path) as draft:
        if path.suffix.lower() == ".json":
            from denggao.diagnosis.weekly.report import as_json

            draft.write_text(json.dumps(as_json(found), ensure_ascii=False), encoding="utf-8")
            return
        from denggao.documents.weekly_workbook import write_workbook

        write_workbook(draft, found)


def _lines(found: Report) -> Iterator[str]:
    from denggao.diagnosis.weekly.figures import FIRMS
    from denggao.documents.papers.weekly import by_reason, name_of, signed_number

    yield f"周报告 {found.as_of}" + (f"（上期 {found.since}）" if found.since else "（第一期）")
    for words in found.changed:
        yield f"  口径变了：{words}"
    for line in found.lines:
        if not line.total and not line.change:
            continue
        causes = found.causes_of(line.id)
        change = "" if line.change is None else f"（{signed_number(line.change)}）"
        why = f"：{by_reason(causes)}" if causes else ""
        yield f"  {name_of(line.id)} {line.total} {line.words}{change}{why}"
    for cause in sorted(found.causes, key=lambda c: c.figure == FIRMS)[:_SHOWN]:
        unit = f"{cause.unit} " if len(found.units) > 1 else ""
        yield (
            f"    {name_of(cause.figure)} {unit}{signed_number(cause.by)} {cause.reason} "
            f"{cause.name}：{cause.why}"
        )
    if len(found.causes) > _SHOWN:
        yield f"    ……共 {len(found.causes)} 行，用 -o 周报.xlsx 或 --json 看全部"
