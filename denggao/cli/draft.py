"""``denggao draft``: a plan's raw text → a draft instrument, or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import checked_output
from denggao.documents.replacing import replacing

if TYPE_CHECKING:
    from denggao.drafting.draft import Draft

_SHOWN = 12


def draft(
    text: Path = typer.Argument(
        ..., metavar="文件", help="方案、通知、办法的文字 .txt、.docx、.html"
    ),
    output: Path | None = typer.Option(None, "-o", "--output", help="写出拟稿 .md"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON：目标、数据、任务、奖补、日期"),
    region: str | None = typer.Option(
        None, "--region", help="正文没有写明地域（只说“全区”）时指定，如 重庆市万盛经开区"
    ),
) -> None:
    """拟稿：从文件原文读出目标、任务、奖补、日期，每条都指到原文"""
    from denggao.drafting.as_json import as_json as document
    from denggao.drafting.draft import draft as drafted
    from denggao.drafting.sources import read_source

    if output is not None:
        checked_output(output, (".md",), [text], "拟稿")
    made = drafted(read_source(text), region)
    if output is not None:
        _save(made, output)
    if as_json:
        typer.echo(json.dumps(document(made), ensure_ascii=False, indent=1))
        return
    _show(made)
    if output is not None:
        typer.echo(f"拟稿已写入 {output}；核对后用 denggao law check {output} 验证")


def _save(made: Draft, output: Path) -> None:
    from denggao.drafting.as_markdown import as_markdown

    with replacing(output) as temporary:
        temporary.write_text(as_markdown(made), encoding="utf-8")


def _show(made: Draft) -> None:
    from denggao.drafting.as_json import region_of
    from denggao.drafting.numerals import shown

    head = made.head
    typer.echo(
        f"{head.title or '（没有认出标题）'}　{head.region or ''}　{head.issued or ''}".rstrip()
    )
    found = [*made.targets, *made.facts, *made.tasks, *made.awards, *made.deadlines]
    if not found:
        typer.echo(f"「{made.source.file}」里没有读出目标、任务、奖补或日期；请核对是不是方案正文")
        return
    typer.echo(f"目标 {len(made.targets)} 条")
    for item in made.targets:
        year = f"{item.year}" if item.year is not None else "没有写年度"
        value = shown(item.value) + (f"~{shown(item.high)}" if item.high is not None else "")
        where = f"　{region_of(made, item)}" if item.area else ""
        typer.echo(f"    {item.indicator} {item.op} {value}{item.unit}　{year}{where}")
    names = made.units
    undated = sum(task.due is None for task in made.tasks)
    unowned = sum(not task.links for task in made.tasks)
    typer.echo(
        f"任务 {len(made.tasks)} 条，责任单位 {len(set(names.values()))} 个，责任 {made.links} 项"
        f"（没有期限 {undated} 条，没有责任单位 {unowned} 条）"
    )
    for task in made.tasks[:_SHOWN]:
        units = (
            "、".join(dict.fromkeys(names[link.written] for link in task.links)) or "没有责任单位"
        )
        typer.echo(f"    {task.no or '·'} {task.title}　{units}　{task.due or '无期限'}")
    if len(made.tasks) > _SHOWN:
        typer.echo(f"    ……共 {len(made.tasks)} 条")
    typer.echo(
        f"奖补 {len(made.awards)} 条，日期 {len(made.deadlines)} 处，"
        f"报告的数据 {len(made.facts)} 条"
        f"（不作目标），提到的文件 {len(made.cited)} 份，滤去的杂讯 {len(made.noise)} 处"
    )
    for contradiction in made.contradictions:
        typer.echo(f"注意：{contradiction.text}")
