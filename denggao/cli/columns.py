"""``denggao columns``: what is made of every column of a ledger, and a map to correct it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import checked_output, day

if TYPE_CHECKING:
    from denggao.facts.columnreport import ColumnReport, FileReport

_USUAL_WIDTH = 40
_NOT_READ = {"略过": "略过（序号，或对照里写明不读）", "标识": "标识列"}


def columns(
    ledgers: list[Path] = typer.Argument(..., metavar="台账…", help=".xlsx 或 .csv"),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="写出列名对照 .toml，下个月的表用 --columns 沿用"
    ),
    mapping: Path | None = typer.Option(None, "--columns", help="已有的列名对照 .toml"),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，缺省为今天（上年等由它推定）"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
) -> None:
    """看表头：每一列读成什么、怎么认出来的；可存成对照，下次沿用"""
    from denggao.documents.replacing import replacing
    from denggao.facts.columnmap import load_column_map
    from denggao.facts.columnreport import report
    from denggao.facts.mapwriter import map_text

    on = day(as_of)
    if output is not None:
        checked_output(output, [".toml"], [*ledgers, mapping], "列名对照")
    old = None if mapping is None else load_column_map(mapping)
    found = report(ledgers, on, old, id_column)
    for line in _told(found):
        typer.echo(line)
    if old is not None:
        _say_missing(found, old.not_among(r.column.head for r in found.columns), old.file)
    if output is not None:
        with replacing(output) as temporary:
            temporary.write_text(map_text(found.columns, old), encoding="utf-8", newline="\n")
        typer.echo(f"列名对照已写入 {output}；其中“建议”的行不起作用，核对后去掉行首的 # 才用")


def _told(found: FileReport) -> Iterator[str]:
    from denggao.facts.problems import place

    unknown, where = set(found.unknown), None
    for report in found.columns:
        if (report.file, report.sheet) != where:
            where = (report.file, report.sheet)
            note = "（没有认出表头，下面是最像的一行）" if where in unknown else ""
            yield f"{place(*where, 0, '')}{note}"
        yield f"  {report.column.letter:>3}  {_padded(report.column.head)}  {_said(report)}"
    guessed = {(r.file, r.sheet) for r in found.columns}
    for file, sheet in found.unknown:
        if (file, sheet) not in guessed:
            yield f"{place(file, sheet, 0, '')} 没有认得的表头，不读"
    for file, sheet in found.hidden:
        yield f"{place(file, sheet, 0, '')} 是隐藏的，不读"
    yield _summary(found.columns)


def _padded(text: str) -> str:
    """Filled to one width on the terminal, where a Chinese character takes two places; what is
    wider stays whole."""
    from rich.cells import cell_len, set_cell_size

    return set_cell_size(text, _USUAL_WIDTH) if cell_len(text) < _USUAL_WIDTH else text


def _said(report: ColumnReport) -> str:
    if report.like is not None:
        return f"建议：像“{report.like.name}”，相似 {report.like.score:.2f}，没有读"
    if not report.meaning:
        return _NOT_READ.get(report.how, "未懂，没有读")
    told = [report.meaning]
    told += [f"{report.year} 年"] if report.year else []
    told += [report.unit] if report.unit else []
    assumed = f"；表头没写{'和'.join(report.assumed)}" if report.assumed else ""
    return f"{'，'.join(told)}（{report.how}{assumed}）"


def _summary(reports: Sequence[ColumnReport]) -> str:
    counts = Counter(report.how for report in reports)
    words = "，".join(f"{how} {count}" for how, count in counts.items())
    return f"共 {len(reports)} 列：{words}" if reports else "没有一列像台账的表头"


def _say_missing(found: FileReport, missing: Sequence[str], file: str) -> None:
    if missing:
        heads = "、".join(missing)
        typer.echo(f"对照文件「{file}」里有、这些表里没有的表头 {len(missing)} 个：{heads}")
