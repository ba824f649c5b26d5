"""``denggao errors``: a ledger back to whoever sent it, with the reasons beside its cells."""

from __future__ import annotations

from pathlib import Path

import typer

from denggao.cli.common import checked_output, day, progress_bar, tell_unwritten
from denggao.facts.errors import UserError


def errors(
    ledger: Path = typer.Argument(..., metavar="台账", help=".xlsx 或 .csv"),
    output: Path | None = typer.Option(None, "-o", "--output", help="写到哪里，缺省在台账旁边"),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，缺省为今天"),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
) -> None:
    """有错的格子：在原表上加批注和底色，附〈数据问题〉清单，退回去改"""
    from denggao.documents.error_workbook import SHEET, write_errors
    from denggao.documents.replacing import replacing
    from denggao.facts.ledger import load_column_map, read_ledgers

    target = output or ledger.with_name(f"{ledger.stem}（有错）.xlsx")
    checked_output(target, [".xlsx"], [ledger, columns])
    if ledger.suffix.lower() == ".parquet":
        raise UserError(".parquet 没有格子可以标；请给 .xlsx 或 .csv 台账")
    mapping = load_column_map(columns) if columns else None
    with progress_bar("读台账") as progress:
        found = read_ledgers(
            [ledger], as_of=day(as_of), columns=mapping, id_column=id_column,
            progress=progress, lenient=True,
        )  # fmt: skip
    with replacing(target) as temporary:
        marked = write_errors(ledger, temporary, found.problems)
    notices = sum(1 for p in found.problems if p.is_notice)
    typer.echo(
        f"问题 {len(found.problems) - notices} 处，提示 {notices} 处；标出 {marked.cells} 格，"
        f"全部列在〈{SHEET}〉"
    )
    if marked.only_listed:
        typer.echo(f"其中 {marked.only_listed} 处说的是整列或整张表，只在清单里")
    tell_unwritten(marked.unwritten)
    typer.echo(f"已写入 {target}")
