"""``denggao law``: the instruments, their text and their proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.chinese import Command, application
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.rules.cases import Engine
    from denggao.rules.nodes import Instrument

app = application("规范：列出、阅读、验证")


@app.command("list", cls=Command)
def list_() -> None:
    """列出现有的规范"""
    from denggao.rules.library import instruments

    for found in instruments():
        until = f"至 {found.valid_to}" if found.valid_to else "起"
        typer.echo(f"{found.short}    {found.region}    {found.valid_from} {until}")
        typer.echo(f"    {found.name}")
        typer.echo(f"    依据 {'、'.join(found.documents)}")
        typer.echo(
            f"    规则 {len(found.statements)} 条，读法 {len(found.readings)} 处，"
            f"算例 {len(found.examples)} 个" + ("" if found.by_default else "，摸排须用 --law 指定")
        )


@app.command("show", cls=Command)
def show(name: str = typer.Argument(..., metavar="名称", help="简称或全称")) -> None:
    """显示一份规范：条文、规则、算例"""
    typer.echo(Path(_one(name).path).read_text(encoding="utf-8-sig"))


@app.command("check", cls=Command)
def check(
    name: str | None = typer.Argument(None, metavar="名称或文件", help="缺省为全部规范"),
) -> None:
    """用每个引擎跑一遍规范自带的算例"""
    failed = 0
    for instrument in _chosen(name):
        typer.echo(f"{instrument.short}（{instrument.version}）")
        _tell_plan(instrument)
        if instrument.examples or instrument.statements:
            for engine_name, engine in _engines().items():
                failed += _report(instrument, engine_name, engine)
    if failed:
        raise typer.Exit(1)


def _tell_plan(instrument: Instrument) -> None:
    """What a plan holds, and what in it a person has yet to complete."""
    targets, tasks = instrument.targets, instrument.tasks
    if not targets and not tasks:
        return
    unknown = [t for t in targets if t.lo is None]
    undated = [t for t in tasks if t.due is None]
    typer.echo(
        f"    目标 {len(targets)} 条（未定 {len(unknown)} 条），任务 {len(tasks)} 条"
        f"（没有期限 {len(undated)} 条）"
    )
    for target in unknown:
        typer.echo(f"        第 {target.line} 行 {target.name}：数未定（*），定了再填")
    for target in targets:
        if target.year is None:
            typer.echo(f"        第 {target.line} 行 {target.name}：没有年度，请补“年度”")
    for task in tasks:
        if not task.units and not task.lead:
            typer.echo(f"        第 {task.line} 行 {task.name}：没有责任单位，请补“责任”")


def _report(instrument: Instrument, name: str, engine: Engine) -> int:
    from denggao.rules.cases import failures

    found = failures(instrument, engine)
    cells = sum(len(example.expected) for example in instrument.examples)
    verdict = f"{len(found)} 处不过" if found else "全部通过" if cells else "没有算例，等于没有证明"
    typer.echo(f"    {name}：算例 {len(instrument.examples)} 个，核对 {cells} 处，{verdict}")
    for failure in found:
        typer.echo(f"        第 {failure.line} 行 {failure}")
    return len(found)


def _engines() -> dict[str, Engine]:
    from denggao.rules.cases import reference_engine
    from denggao.rules.engines.columnar.run import engine

    return {"reference": reference_engine, "columnar": engine}


def _chosen(name: str | None) -> list[Instrument]:
    """Assembled but not yet proven: the proof is what is asked for."""
    from denggao.rules.library import assemble, paths

    if name is not None and Path(name).suffix == ".md":
        try:
            return [assemble(Path(name).read_text(encoding="utf-8-sig"), name)]
        except FileNotFoundError:
            raise UserError(f"找不到文件“{name}”；请检查路径和文件名") from None
        except (OSError, UnicodeDecodeError):
            raise UserError(f"{name}：读不出来，应是 UTF-8 的 Markdown 文件") from None
    found = [assemble(path.read_text(encoding="utf-8-sig"), str(path)) for path in paths()]
    if name is None:
        return found
    named = [i for i in found if name in (i.short, i.name)]
    if not named:
        raise UserError(
            f"没有名为“{name}”的规范；现有：{'、'.join(dict.fromkeys(i.short for i in found))}"
        )
    return named


def _one(name: str) -> Instrument:
    return _chosen(name)[-1]
