"""``denggao law``: the instruments, their text and their proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli import lawsql
from denggao.cli.chinese import Command, application
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from denggao.rules.cases import Engine, Failure
    from denggao.rules.nodes import Example, Instrument

app = application("规范：列出、阅读、验证")


@app.command("list", cls=Command)
def list_() -> None:
    """列出现有的规范"""
    from denggao.rules.library import instruments

    for found in instruments():
        until = f"至 {found.valid_to}" if found.valid_to else "起"
        draft = "    征求意见稿" if found.draft else ""
        typer.echo(f"{found.short}    {found.region}    {found.valid_from} {until}{draft}")
        typer.echo(f"    {found.name}")
        typer.echo(f"    依据 {'、'.join(found.documents)}")
        typer.echo(
            f"    规则 {len(found.statements)} 条，读法 {len(found.readings)} 处，"
            f"算例 {len(found.examples) + len(found.award_examples)} 个"
            + ("" if found.by_default else "，摸排须用 --law 指定")
        )


@app.command("show", cls=Command)
def show(name: str = typer.Argument(..., metavar="名称", help="简称或全称")) -> None:
    """显示一份规范：条文、规则、算例"""
    typer.echo(Path(_one(name).path).read_text(encoding="utf-8-sig"))


@app.command("check", cls=Command)
def check(
    name: str | None = typer.Argument(None, metavar="名称或文件", help="缺省为全部规范"),
    there: list[str] = typer.Option(
        [],
        "--on",
        metavar="数据库",
        help="另在这里也跑：duckdb、postgresql://用户@主机/库、spark:MASTER；可多次",
    ),
) -> None:
    """用每个引擎跑一遍规范自带的算例"""
    failed = 0
    found = _chosen(name)
    with _engines(there) as engines:
        for instrument in found:
            typer.echo(f"{instrument.short}（{instrument.version}）")
            _tell_plan(instrument)
            if instrument.actions:
                typer.echo(
                    f"    行动 {len(instrument.actions)} 条：事实、单位、来源都查过；"
                    "行动只供挑选，不判企业，算例不适用"
                )
            if instrument.awards:
                failed += _report_awards(instrument)
            if instrument.examples or not (instrument.awards or _is_plan(instrument)):
                for engine_name, engine in engines.items():
                    failed += _report(instrument, engine_name, engine)
    if failed:
        raise typer.Exit(1)


app.command("sql", cls=Command)(lawsql.sql)


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


def _is_plan(instrument: Instrument) -> bool:
    """Nothing in it is to be proved by cases: actions, targets, tasks."""
    return bool(instrument.actions or instrument.targets or instrument.tasks)


def _report(instrument: Instrument, name: str, engine: Engine) -> int:
    from denggao.rules.cases import failures

    return _told(name, instrument.examples, failures(instrument, engine))


def _told(name: str, examples: Sequence[Example], found: Sequence[Failure]) -> int:
    cells = sum(len(example.expected) for example in examples)
    verdict = f"{len(found)} 处不过" if found else "全部通过" if cells else "没有算例，等于没有证明"
    typer.echo(f"    {name}：算例 {len(examples)} 个，核对 {cells} 处，{verdict}")
    for failure in found:
        typer.echo(f"        第 {failure.line} 行 {failure}")
    return len(found)


def _report_awards(instrument: Instrument) -> int:
    from denggao.rules.awardcases import award_failures

    return _told("奖补", instrument.award_examples, award_failures(instrument))


@contextmanager
def _engines(there: Sequence[str]) -> Iterator[dict[str, Engine]]:
    """Those in this process, and SQL on the databases named."""
    from denggao.rules.cases import reference_engine
    from denggao.rules.engines.columnar.run import engine

    found: dict[str, Engine] = {"reference": reference_engine, "columnar": engine}
    with ExitStack() as stack:
        for where in dict.fromkeys(there):
            from denggao.rules.engines.sql.cases import engine as on_database
            from denggao.rules.engines.sql.place import session_on

            session = session_on(where)
            stack.callback(session.close)
            found[session.dialect.name] = on_database(session)
        yield found


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
