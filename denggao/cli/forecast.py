"""``denggao forecast``: will the target be reached, and what would help most."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from denggao.cli import papers
from denggao.cli.common import checked_output, day, progress_bar
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.forecast.inputs import Basis, History, Stated
    from denggao.diagnosis.forecast.outlook import Outlook
    from denggao.facts.ledger import Ledger

_KINDS = (".xlsx", ".csv", *papers.ENDINGS)


def forecast(
    ledgers: list[Path] = typer.Argument(
        None, metavar="台账…", help="资格证书台账 .xlsx 或 .csv；不给就用下面的数"
    ),
    target: int | None = typer.Option(None, "--target", min=0, help="目标户数（年底有效数）"),
    base: int | None = typer.Option(None, "--base", min=0, help="年底现有户数"),
    filings: int | None = typer.Option(None, "--filings", min=0, help="每年新申报户数"),
    pass_rate: str | None = typer.Option(None, "--pass-rate", help="认定通过率，如 0.78 或 78%"),
    still_open: int | None = typer.Option(
        None, "--open", min=0, help="今年还没有办结的新申报户数；缺省为全年的减去今年已认定的"
    ),
    renewal: str | None = typer.Option(
        None, "--renewal", help="到期重新认定率，如 0.8；有台账时缺省从台账清点"
    ),
    start: int | None = typer.Option(
        None, "--from", min=2000, max=2100, help="基数是哪一年年底的；有台账时缺省从当天算起"
    ),
    end: int | None = typer.Option(
        None,
        "--to",
        min=2000,
        max=2100,
        help="目标是哪一年年底的；有台账时缺省为今年，给了 --from 或 --base 的为基数的次年",
    ),
    kind: str = typer.Option("高新技术企业", "--kind", help="台账里的哪种资格"),
    as_of: str | None = typer.Option(None, "--as-of", help="台账截至哪一天，缺省为今天"),
    confidence: str = typer.Option("0.8", "--confidence", help="算“每年要报多少户”用的把握"),
    window: int = typer.Option(
        12, "--window", min=0, max=36, help="到期后几个月内又发证的算重新认定"
    ),
    term: int = typer.Option(3, "--term", min=1, max=10, help="证书有效几年"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="写出 .xlsx（另有假设和来源）、.csv，或 .docx、.pdf"
    ),
    templates: Path | None = typer.Option(None, "--template-dir", help=papers.TEMPLATE_HELP),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
) -> None:
    """完不完得成：到年底达到目标的概率、要报多少户、抓什么最管用"""
    from denggao.diagnosis.forecast.inputs import Stated, basis, rate
    from denggao.diagnosis.forecast.outlook import outlook

    paths, on = ledgers or [], day(as_of)
    if target is None:
        raise UserError("没有说目标：用 --target 给出户数，如 --target 255")
    if output is not None:
        checked_output(output, _KINDS, [*paths, columns])
    stated = Stated(
        target=target, base=base, filings=filings, start=start, end=end, term=term, window=window,
        pass_rate=_rate(pass_rate, "--pass-rate"), renewal=_rate(renewal, "--renewal"),
        open=still_open,
    )  # fmt: skip
    sure = _confidence(rate(confidence, "--confidence"))
    past, sources = _counted(paths, stated, kind, on, columns, id_column) if paths else (None, [])
    started = basis(stated, past)
    found = outlook(started.assumed, target, sure, has_pass_rate=not started.filings_counted)
    if output is not None:
        _save(output, found, started, sources, on, templates)
    _show(found, started, sources, as_json, output)


def _rate(told: str | None, option: str) -> Fraction | None:
    from denggao.diagnosis.forecast.inputs import rate

    return None if told is None else rate(told, option)


def _confidence(value: Fraction) -> Fraction:
    if not 0 < value < 1:
        raise UserError("--confidence 应大于 0、小于 1，如 0.8")
    return value


def _counted(
    paths: list[Path],
    stated: Stated,
    kind: str,
    on: date,
    columns: Path | None,
    id_column: str | None,
) -> tuple[History, list[str]]:
    """What the ledgers show of one kind of title, and where it stands in them."""
    from denggao.diagnosis.forecast import history as h
    from denggao.diagnosis.forecast.inputs import history
    from denggao.documents.forecast_wording import other_kinds
    from denggao.facts.ledger import load_column_map, read_ledgers
    from denggao.facts.titles import full_kind

    mapping = None if columns is None else load_column_map(columns)
    with progress_bar("读台账") as progress:
        ledger = read_ledgers(
            paths, as_of=on, columns=mapping, id_column=id_column, progress=progress
        )
    named = full_kind(kind.removesuffix("认定"))
    found, slips = h.holders(h.firms_of(ledger), named, stated.term)
    if not found:
        seen = other_kinds(slips)
        raise UserError(
            f"{_names(paths)}里没有一张日期齐全的“{named}”证书"
            + (f"；有的是：{seen}，可用 --kind 指定" if seen else "")
            + "。需要的列：资格类型、证书编号、发证日期、有效期至"
        )
    return history(found, slips, named, stated, on), sources_of(ledger, paths)


def _names(paths: list[Path]) -> str:
    return "、".join(f"「{path.name}」" for path in paths)


def sources_of(ledger: Ledger, paths: list[Path]) -> list[str]:
    """File by file: how many rows were read and what was wrong with them, and the columns that
    the dates of the certificates stand in."""
    sheets = sorted({(file, sheet) for file, sheet, _ in ledger.places})
    where = "、".join(f"「{file}」{sheet}" for file, sheet in sheets) or _names(paths)
    faults = sum(1 for problem in ledger.problems if not problem.is_notice)
    read = f"{where}，{len(ledger)} 户、{ledger.rows_read} 行，数据问题 {faults} 处"
    columns = ledger.origins.title_columns() if ledger.origins else []
    return [read, *(f"证书 {place}" for place in columns)]


def _save(
    output: Path,
    found: Outlook,
    started: Basis,
    sources: list[str],
    on: date,
    templates: Path | None,
) -> None:
    if output.suffix.lower() in papers.ENDINGS:
        from denggao.documents.papers.forecast import forecast_paper

        papers.write_one(forecast_paper(found, started, sources, on), [output], templates)
        return
    from denggao.documents import forecast_table as table

    if output.suffix.lower() == ".csv":
        content = table.as_csv(found, started, sources)
    else:
        content = table.as_workbook(found, started, sources, on)
    with replacing(output) as temporary:
        temporary.write_bytes(content)


def _show(
    found: Outlook, started: Basis, sources: list[str], as_json: bool, output: Path | None
) -> None:
    from denggao.documents.forecast_page import as_json as answer
    from denggao.documents.forecast_page import lines

    if as_json:
        told: dict[str, Any] = {**answer(found, started), "sources": sources}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for line in lines(found, started):
        typer.echo(line)
    for source in sources:
        typer.echo(f"来源：{source}")
    if output is not None:
        typer.echo(f"结果已写入 {output}")
