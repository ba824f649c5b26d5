"""``denggao evidence``: 证据链 and 三表 of one firm checked; 认定申请书 ready to copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import checked_output, day
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.evidence.case import Case, Fault
    from denggao.facts.problems import Problem

_SHOWN = 40


def evidence(
    file: Path | None = typer.Argument(None, metavar="[文件]", help="按空表填好的 .xlsx"),
    template: Path | None = typer.Option(None, "--template", help="导出空表 .xlsx"),
    ledger: Path | None = typer.Option(
        None, "--ledger", help="台账 .xlsx 或 .csv：按信用代码取这户的数，补申请书的空格并核对"
    ),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="写出认定申请书（照抄用）.xlsx，第一页是校核"
    ),
) -> int | None:
    """证据链：知识产权—研发—产品—成果—人—钱对得上吗，三表平不平；写出认定申请书照抄本"""
    if template is not None:
        checked_output(template, (".xlsx",), [file], "空表")
        from denggao.documents.evidence.template import write_template

        with replacing(template) as temporary:
            write_template(temporary)
        typer.echo(f"已写入空表 {template}")
        if file is None:
            return None
    if file is None:
        raise UserError("请给出填好的工作簿；没有的先用 --template 空表.xlsx 导出空表")
    if output is not None:
        checked_output(output, (".xlsx",), [file, ledger])
    from denggao.diagnosis.evidence.form import all_faults
    from denggao.diagnosis.evidence.reading import read_case

    case, problems = read_case(file)
    if case is None:
        return _unread(problems, as_json)
    more: list[Fault] = []
    if ledger is not None:
        case, more = _with_ledger(case, ledger)
    found = [*all_faults(case), *more]
    if output is not None:
        from denggao.documents.evidence.application import write_application

        with replacing(output) as temporary:
            write_application(temporary, case, more)
    _say(case, found, output, as_json)
    return 1 if any(fault.sure for fault in found) else 0


def _unread(problems: Sequence[Problem], as_json: bool) -> int:
    """Cells that cannot be read: nothing is checked before they are mended."""
    if as_json:
        import dataclasses
        import json

        told = {"problems": [dataclasses.asdict(problem) for problem in problems]}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return 2
    for problem in problems[:_SHOWN]:
        typer.echo(str(problem), err=True)
    more = f"（另有 {len(problems) - _SHOWN} 处）" if len(problems) > _SHOWN else ""
    raise UserError(f"有 {len(problems)} 格读不懂{more}，改好再核对")


def _with_ledger(case: Case, path: Path) -> tuple[Case, list[Fault]]:
    from denggao.diagnosis.evidence.form import FACTS, filled
    from denggao.facts.ledger import read_ledgers

    read = read_ledgers([path], as_of=case.filed_on or day(f"{case.year}-06-30"))
    codes = read.columns.get("uscc") or read.identity
    places = [index for index, code in enumerate(codes) if code == case.uscc]
    if len(places) != 1:
        raise UserError(f"台账「{path.name}」里没有信用代码 {case.uscc} 这一户")
    facts = {}
    for code in FACTS.values():
        for year in case.years:
            column = read.columns.get(f"{code}@{year}")
            value = column[places[0]] if column is not None else None
            if isinstance(value, int):
                facts[f"{code}@{year}"] = value
    case, found, count = filled(case, facts)
    if count:
        typer.echo(f"申请书有 {count} 格空着，按台账「{path.name}」补上", err=True)
    return case, found


def _say(case: Case, found: Sequence[Fault], output: Path | None, as_json: bool) -> None:
    from denggao.documents.evidence import page

    if as_json:
        import json

        typer.echo(json.dumps(page.as_json(case, found), ensure_ascii=False))
        return
    for line in page.lines(case, found):
        typer.echo(line)
    if output is not None:
        typer.echo(f"已写入 {output}")
