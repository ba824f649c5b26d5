"""``denggao check``: what an import of a file would take, refuse and skip, row by row."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from denggao.cli.common import day

if TYPE_CHECKING:
    from denggao.facts.checking import Checked, Entry

_SHOWN = 20
_ALL_VALID, _SOME_WRONG, _UNREADABLE = 0, 1, 2


def check(
    file: Path = typer.Argument(..., metavar="台账", help=".xlsx 或 .csv"),
    as_json: bool = typer.Option(False, "--json", help="输出一份 JSON，给程序用"),
    region: str | None = typer.Option(
        None, "--region", help="只收这个区县的企业，六位区划代码，如 620102"
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，缺省为今天"),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
) -> None:
    """校验：一份台账的每一行能不能导入，错在哪里，怎么改（不导入任何数据）"""
    from denggao.facts.columnmap import load_column_map
    from denggao.facts.rowchecks import District

    on = day(as_of)
    mapping = None if columns is None else load_column_map(columns)
    district = None if region is None else District.of(region)
    with _checked(file, as_of=on, columns=mapping, district=district) as checked:
        if as_json:
            _print_json(checked)
        else:
            _print(checked)
    raise typer.Exit(_code(checked))


def _checked(file: Path, **how: Any) -> Checked:
    """Whatever happens, the file has an answer: what breaks the program is refused, too."""
    from denggao.facts.checking import check_file, refused

    try:
        return check_file(file, **how)
    except Exception as error:
        if os.environ.get("DENGGAO_DEBUG"):
            raise
        what = f"「{file.name}」让程序出了差错（{type(error).__name__}）"
        return refused(file, f"{what}，不予导入；请把文件交给维护人员")


def _code(checked: Checked) -> int:
    if checked.file_errors:
        return _UNREADABLE
    return _SOME_WRONG if checked.error_rows else _ALL_VALID


# --- for programs --------------------------------------------------------------------------


def _print_json(checked: Checked) -> None:
    """One JSON document; the rows go out one by one, for there may be a hundred thousand."""
    told = {
        "mode": "atomic",
        "file_errors": [entry._asdict() for entry in checked.file_errors],
        "errors": [entry._asdict() for entry in checked.errors],
        "warnings": [entry._asdict() for entry in checked.warnings],
        "skipped": [row._asdict() for row in checked.skipped],
        "valid_rows": checked.valid_rows,
        "error_rows": checked.error_rows,
        "imported": 0,
    }
    typer.echo(json.dumps(told, ensure_ascii=False)[:-1] + ', "rows": [', nl=False)
    for number, row in enumerate(checked.rows()):
        typer.echo((",\n" if number else "\n") + row, nl=False)
    typer.echo("]}")


# --- for people ----------------------------------------------------------------------------


def _print(checked: Checked) -> None:
    typer.echo(f"「{checked.file}」")
    if checked.file_errors:
        for entry in checked.file_errors:
            typer.echo(f"  {entry.message}")
        typer.echo("这个文件没有读入一行")
        return
    typer.echo(
        f"能导入 {checked.valid_rows} 行，有错 {checked.error_rows} 行，"
        f"略过 {len(checked.skipped)} 行{_reasons(checked)}"
    )
    _list("错误", checked.errors)
    _list("提示", checked.warnings)
    if checked.error_rows:
        unread = f"；另有 {checked.unread_sheets} 页没有读" if checked.unread_sheets else ""
        typer.echo(f"有一行不对，整个文件就不导入；请改好后再校验一次{unread}")
    else:
        unread = f"；但有 {checked.unread_sheets} 页没有读" if checked.unread_sheets else ""
        typer.echo(f"可以导入{unread}")


def _reasons(checked: Checked) -> str:
    counts = Counter("重复行" if "重复，" in s.message else s.message for s in checked.skipped)
    said = "、".join(f"{reason} {count}" for reason, count in counts.most_common(_SHOWN))
    return f"（{said}）" if said else ""


def _list(title: str, entries: list[Entry]) -> None:
    if not entries:
        return
    typer.echo(f"{title} {len(entries)} 处：")
    for entry in entries[:_SHOWN]:
        sheet = f"〈{entry.sheet}〉" if entry.sheet else ""
        row = f"第 {entry.row} 行 " if entry.row else ""
        column = f"{entry.column} 列" if entry.column else ""
        typer.echo(f"  {sheet}{row}{column}：{entry.message}")
    if len(entries) > _SHOWN:
        typer.echo(f"  ……其余 {len(entries) - _SHOWN} 处用 --json 查看")
