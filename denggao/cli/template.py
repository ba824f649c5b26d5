"""``denggao template``: an empty ledger to be filled in and imported."""

from __future__ import annotations

from pathlib import Path

import typer

from denggao.cli.common import checked_output, day, laws


def template(
    law: list[str] = typer.Option(
        [], "--law", help="规范的简称，可多次；缺省与摸排相同（高企、科小）"
    ),
    output: Path = typer.Option(Path("导入模板.xlsx"), "-o", "--output", help="写到哪里"),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，决定要哪几年；缺省为今天"),
    everything: bool = typer.Option(False, "--all", help="事实目录里的全部列，不只办法要用的"),
) -> None:
    """导入模板：办法要用的数一列不少，带下拉、批注和校验"""
    from denggao.documents.replacing import replacing
    from denggao.documents.template_columns import template_columns
    from denggao.documents.template_workbook import write_template

    on = day(as_of)
    checked_output(output, [".xlsx"], what="模板")
    instruments = laws(law, on)
    columns = template_columns(instruments, on.year, everything=everything)
    words = "、".join(f"《{instrument.short}》" for instrument in instruments)
    with replacing(output) as temporary:
        write_template(temporary, columns, on.year, words)
    typer.echo(f"模板已写入 {output}：{len(columns)} 列，适用{words}，{on.year} 年申报")
