"""``denggao lists``: who falls due, who has lapsed, who is at risk, on any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli import papers
from denggao.cli.common import HOLIDAYS_HELP, checked_output, day, working_calendar
from denggao.cli.screen import read
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.lists import Lists
    from denggao.rules.nodes import Instrument

_LAW = "高企管理清单"
_KINDS = (".xlsx", ".json", *papers.ENDINGS)


def lists(
    ledgers: list[Path] = typer.Argument(
        None, metavar="台账…", help="资格证书台账 .xlsx 或 .csv，可与企业台账一起给"
    ),
    law: list[str] = typer.Option(
        [], "--law", help="另加的清单：自己的规范 .md 或规范简称，可多次"
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="哪一天的清单，缺省为今天"),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="写出 .xlsx、.docx、.pdf 或 .json"
    ),
    templates: Path | None = typer.Option(None, "--template-dir", help=papers.TEMPLATE_HELP),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
    snapshot: Path | None = typer.Option(
        None, "--snapshot", help="另存快照 .zip：清单、数据和条文一起冻结"
    ),
    reopen: Path | None = typer.Option(None, "--reopen", help="打开冻结的清单，原样给出，不再重算"),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
    holidays: Path | None = typer.Option(None, "--holidays", help=HOLIDAYS_HELP),
) -> None:
    """三清单与预警：当年到期、省级非高企、历年到期未续；年报、更名、复审风险"""
    paths = ledgers or []
    inputs = [
        *paths,
        *filter(None, [columns, reopen, holidays]),
        *(Path(x) for x in law if x.endswith(".md")),
    ]
    _check_files(output, snapshot, inputs)
    if reopen is not None:
        if paths or law or as_of or snapshot or holidays:
            raise UserError(
                "--reopen 只打开冻结的清单，不能同时给台账、--law、--as-of、--snapshot、--holidays"
            )
        text, found = _reopened(reopen)
    else:
        text, found = _made(paths, law, day(as_of), columns, id_column, snapshot, holidays)
    if output is not None:
        _save(output, text, found, templates)
    _show(text, found, as_json, output, snapshot)


def _reopened(path: Path) -> tuple[str, Lists]:
    from denggao.diagnosis.listfile import reopen

    return reopen(path)


def _made(
    paths: Sequence[Path],
    law: Sequence[str],
    on: date,
    columns: Path | None,
    id_column: str | None,
    snapshot: Path | None,
    holidays: Path | None,
) -> tuple[str, Lists]:
    from denggao.diagnosis import listfile
    from denggao.diagnosis import lists as made
    from denggao.diagnosis.snapshot import taken
    from denggao.facts.ledger import load_column_map
    from denggao.rules.library import in_force

    if not paths:
        raise UserError("没有给台账：denggao lists 证书台账.xlsx；或用 --reopen 打开冻结的清单")
    calendar = working_calendar(holidays)
    instruments = _instruments(law, on)
    others = {name: in_force(name, on) for name in made.against(instruments)}
    ledger = read(paths, on, None if columns is None else load_column_map(columns), id_column)
    files = [path.name for path in paths]
    found = made.lists(ledger, instruments, on, others, files, calendar)
    if snapshot is not None:
        frozen = taken(ledger, [*instruments, *others.values()], on, {}, files)
        with replacing(snapshot) as temporary:
            listfile.freeze(frozen, found, temporary)
    return listfile.as_text(found), found


def _instruments(law: Sequence[str], on: date) -> list[Instrument]:
    """Ours, and those named besides."""
    from denggao.rules.library import in_force

    found = [in_force(name, on) for name in dict.fromkeys([_LAW, *law])]
    for instrument in found:
        if not instrument.rolls:
            raise UserError(f"《{instrument.short}》里没有“清单”“预警”，列不出名单")
    shorts = [instrument.short for instrument in found]
    twice = next((short for short in shorts if shorts.count(short) > 1), None)
    if twice:
        raise UserError(f"有两份规范的简称都是“{twice}”，请给自己的一份另取简称")
    return found


def _check_files(output: Path | None, snapshot: Path | None, inputs: Sequence[Path]) -> None:
    if output is not None:
        checked_output(output, _KINDS, inputs)
    if snapshot is not None:
        checked_output(snapshot, [".zip"], inputs, "快照")


def _save(output: Path, text: str, found: Lists, templates: Path | None) -> None:
    if output.suffix.lower() in papers.ENDINGS:
        from denggao.documents.papers.lists import lists_paper

        papers.write_one(lists_paper(found), [output], templates)
        return
    with replacing(output) as temporary:
        if output.suffix.lower() == ".json":
            temporary.write_text(text + "\n", encoding="utf-8")
            return
        from denggao.documents.lists_workbook import write_workbook

        write_workbook(temporary, found)


def _show(
    text: str, found: Lists, as_json: bool, output: Path | None, snapshot: Path | None
) -> None:
    from denggao.documents.lists_page import lines

    if as_json:
        typer.echo(text)
        return
    for line in lines(found):
        typer.echo(line)
    for path, what in ((output, "清单"), (snapshot, "快照")):
        if path is not None:
            typer.echo(f"{what}已写入 {path}")
