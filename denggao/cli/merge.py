"""``denggao merge``: ledgers of townships, years and offices put together into one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import checked_output, day, progress_bar
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.documents.merged_workbook import Merged
    from denggao.facts.ledger import Ledger

#: A province is taken for the ledger's own when so large a share of its codes come from there.
_HOME = 0.8


def merge(
    ledgers: list[Path] = typer.Argument(..., metavar="台账…", help=".xlsx 或 .csv，一份或几份"),
    output: Path = typer.Option(..., "-o", "--output", help="合并结果 .xlsx"),
    as_of: str | None = typer.Option(None, "--as-of", help="数据截至哪天，缺省为今天"),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
    decisions: Path | None = typer.Option(
        None, "--decisions", help="填好“认定”的合并结果 .xlsx：照它并户或分开"
    ),
    within: str | None = typer.Option(
        None, "--within", help="这些企业在哪里，如 620000 或 甘肃省；地址里的同名区县按它分辨"
    ),
    zones: Path | None = typer.Option(None, "--zones", help="自备的功能区表 .csv"),
) -> None:
    """合并：各乡镇、各年度的台账并成一份，说清来源；像是同一户的列出来由人认定"""
    on = day(as_of)
    checked_output(output, [".xlsx"], [*ledgers, columns, decisions, zones], "合并结果")
    from denggao.documents.merge_decisions import read_decisions
    from denggao.documents.merged_workbook import Merged, write_merged
    from denggao.facts.ledger import load_column_map, read_ledgers
    from denggao.facts.zones import load_zones

    mapping = None if columns is None else load_column_map(columns)
    own_zones = None if zones is None else load_zones(zones)
    decided = [] if decisions is None else read_decisions(decisions)
    area = None if within is None else _division(within)
    with progress_bar("读台账") as progress:
        ledger = read_ledgers(
            ledgers,
            as_of=on,
            columns=mapping,
            id_column=id_column,
            decisions=decided,
            progress=progress,
        )
    area = area or _home(ledger)
    merged = Merged(ledger, on, area, own_zones, decided)
    with progress_bar("写结果") as progress:
        write_merged(output, merged, progress=progress)
    _show(merged, output, within is None)


def _division(words: str) -> str:
    """The code of a division given by its code or its name."""
    from denggao.facts.divisions import divisions, names

    if words in divisions():
        return words
    found = {named.code for named in names().get(words, ())}
    top = min((divisions()[code].level for code in found), default=0)
    highest = [code for code in found if divisions()[code].level == top]
    if len(highest) != 1:
        told = "有几个同名的" if found else "不是行政区划"
        raise UserError(
            f"--within：“{words}”{told}；请写代码，如 620000（甘肃省）、620100（兰州市）"
        )
    return highest[0]


def _home(ledger: Ledger) -> str | None:
    """The province that nearly all credit codes come from."""
    from denggao.facts.divisions import divisions
    from denggao.facts.regions import registrar_of

    codes = filter(None, map(registrar_of, ledger.columns.get("uscc", ())))
    provinces = Counter(f"{code[:2]}0000" for code in codes)
    for province, count in provinces.most_common(1):
        if province in divisions() and count >= _HOME * provinces.total():
            return province
    return None


def _show(merged: Merged, output: Path, guessed: bool) -> None:
    from denggao.facts.divisions import full_name

    ledger = merged.ledger
    typer.echo(
        f"读入 {len(ledger.parts)} 张表，数据行 {ledger.rows_read} 行，"
        f"略过 {ledger.rows_skipped} 行（合计、说明等），合并为企业 {len(ledger)} 户"
    )
    for part in ledger.parts:
        sheet = f"〈{part.sheet}〉" if part.sheet else ""
        conflicts = f"，矛盾 {part.conflicts} 处" if part.conflicts else ""
        typer.echo(
            f"  「{part.file}」{sheet}：{part.rows} 行，企业 {part.firms} 户"
            f"（新增 {part.new}，已有 {part.known}）{conflicts}"
        )
    joined = sum(1 for problem in ledger.problems if problem.kind == "joined")
    if joined:
        typer.echo(f"按曾用名、旧代码或认定并户 {joined} 处")
    notices = sum(1 for problem in ledger.problems if problem.is_notice)
    typer.echo(f"数据问题 {len(ledger.problems) - notices} 处，提示 {notices} 处")
    if ledger.unread:
        typer.echo(f"没有读懂、没有并入的列 {len(ledger.unread)} 个，见〈来源〉")
    if guessed and merged.within:
        typer.echo(f"地址按“{full_name(merged.within)}”分辨；不对请用 --within")
    if merged.pairs:
        typer.echo(
            f"像是同一户、要人认定的 {len(merged.pairs)} 对，见〈待认定〉；"
            f"填好后下次加 --decisions {output.name}"
        )
    typer.echo(f"结果已写入 {output}")
