"""``denggao demo``: a synthetic county, from nothing to the first list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import laws
from denggao.cli.demo_papers import write_papers
from denggao.cli.screen import read, save, show, tables_of
from denggao.cli.web import demonstrate
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.facts.ledger import Ledger
    from denggao.rules.engines.columnar.screening import Screened

_AS_OF = date(2026, 6, 30)
_FOLDER = Path("登高演示")
_LADDER = ("科技型中小企业", "省级科技创新型企业", "高新技术企业")
_NEAREST = 8


def demo(
    keep: Path | None = typer.Option(None, "--keep", help="写到哪个文件夹，缺省为 登高演示"),
    no_serve: bool = typer.Option(False, "--no-serve", help="不启动网页"),
    port: int = typer.Option(8000, "--port", min=1, max=65535, help="网页端口"),
) -> None:
    """演示：生成一个模拟县，摸排一遍，写出工作簿、三清单、预测和几份文书"""
    from denggao.demo.county import make_county

    folder = _made(keep or _FOLDER)
    typer.echo("【模拟数据】以下企业、代码、数字都由程序生成，不是真实企业。")
    typer.echo("")
    source = make_county(folder)
    instruments = laws([], _AS_OF)
    ledger = read([source], _AS_OF, None, None)
    tables = list(tables_of(ledger, instruments, _AS_OF, {}))
    show(ledger, tables)
    for line in (*_ladder(ledger), *_nearest(ledger, tables)):
        typer.echo(line)
    output = folder / "摸排结果.xlsx"
    save(output, ledger, tables, _AS_OF, {}, None, 500, [source.name])
    for line in _next(source, output):
        typer.echo(line)
    for line in write_papers(ledger, tables[-1], folder, _AS_OF):
        typer.echo(line)
    for line in _commands(tables[-1].instrument.short):
        typer.echo(line)
    demonstrate(folder, source, _AS_OF, not no_serve, port)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise UserError(f"文件夹“{folder}”建不了，请用 --keep 换一个地方") from None
    return folder


def _ladder(ledger: Ledger) -> Iterator[str]:
    """How many firms hold each title on the day, from the certificates in the ledger."""
    from denggao.facts.titles import held

    titles = ledger.columns.get("titles", [None] * len(ledger))
    yield ""
    yield f"阶梯（{_AS_OF} 持有效证书）："
    for kind in _LADDER:
        states = [held(t, kind, _AS_OF) for t in titles]
        yield f"  {kind}  {states.count(True)} 户（证书情况不明 {states.count(None)} 户）"


def _nearest(ledger: Ledger, tables: list[Screened]) -> Iterator[str]:
    """For each law, the first firms not yet through, and what would settle them."""
    for table in tables:
        yield ""
        yield f"《{table.instrument.short}》离可核实条件最近、还没有全部符合的 {_NEAREST} 户："
        yield from _firms(ledger, table)


def _firms(ledger: Ledger, table: Screened) -> Iterator[str]:
    from denggao.diagnosis.pool import questions
    from denggao.documents.selection import reasons
    from denggao.documents.wording import fact_words

    asked = questions(ledger, table, _AS_OF, nearest=_NEAREST)
    rows = zip(table.rows(["§firm", "name", "hard_verdict"]), reasons(table), strict=True)
    waiting = [(row, why) for row, why in rows if row[2] != "pass"]
    for (firm, name, _), why in waiting[:_NEAREST]:
        yield f"  {name}：{why.partition('：')[2]}"
        if firm in asked and asked[firm].sets:
            keys = asked[firm].sets[0]
            yield f"      问到 {'、'.join(map(fact_words, keys))} 就能定"


def _next(source: Path, output: Path) -> Iterator[str]:
    yield ""
    yield f"模拟台账 {source}"
    yield f"摸排结果 {output}（总览、逐企结论、差距清单、待补数据、走访排序、数据问题、口径说明）"


def _commands(law: str) -> Iterator[str]:
    yield "下一步：换成自己的台账"
    yield f"  denggao screen 台账.xlsx --law {law} --as-of {_AS_OF} -o 结果.xlsx"
    yield "  denggao plan 台账.xlsx --all -o 一企一策"
    yield f"  denggao law show {law}"
