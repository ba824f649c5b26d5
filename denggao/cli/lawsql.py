"""``denggao law sql``: a law as a text of SQL for somebody to read, keep and run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.titles import COMPLETE_HELP, TITLES_HELP
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.rules.engines.sql.there import Readings
    from denggao.rules.engines.sql.written import Table
    from denggao.rules.nodes import Instrument


def sql(
    names: list[str] = typer.Argument(..., metavar="名称…", help="简称或全称；几份合成一条语句"),
    dialect: str | None = typer.Option(
        None,
        "--dialect",
        help="postgres（缺省）、spark、duckdb；另有 doris、starrocks、hive、clickhouse",
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，缺省为今天"),
    table: str | None = typer.Option(
        None, "--table", help="从哪张表读，缺省为 台账（spark、hive 等为 ledger）；列见语句开头"
    ),
    there: str | None = typer.Option(
        None,
        "--on",
        metavar="数据库/表",
        help="照这张表的列和类型写：postgresql://…/库/表、duckdb:文件",
    ),
    columns: Path | None = typer.Option(
        None, "--columns", help="表头对照文件 .toml；不写 --on 的，表里就是对照写的这些列"
    ),
    id_column: str | None = typer.Option(None, "--id", help="认企业的列"),
    without: list[str] = typer.Option(
        [], "--without", metavar="列", help="表里没有的列，该事实按未知算；可多次，或用逗号隔开"
    ),
    titles: str | None = typer.Option(
        None, "--titles", help=f"再从哪张表读{TITLES_HELP}；不写 --on 的，列名用代码，见语句开头"
    ),
    titles_complete: bool = typer.Option(False, "--titles-complete", help=COMPLETE_HELP),
    view: str | None = typer.Option(None, "--view", help="写成建这个视图的语句"),
    reading: list[str] = typer.Option([], "--reading", help="选用的读法，如 附件4；可多次"),
) -> None:
    """把规范写成一条能读的 SQL：数据不动，规则过去"""
    from denggao.cli.common import day, laws, readings
    from denggao.cli.screen import column_map
    from denggao.rules.engines.sql.there import Titles
    from denggao.rules.engines.sql.written import Table, written

    on = day(as_of)
    instruments = laws(names, on)
    _judging(instruments)
    chosen = readings(instruments, reading)
    if titles_complete and titles is None:
        raise UserError("--titles-complete 只和 --titles 同用")
    lacking = [name.strip() for names in without for name in re.split("[,，、]", names)]
    if lacking and (there or columns):
        raise UserError(
            "--without 只用于按代码命名列的表；有 --on 或 --columns 时，没有的列不写就行"
        )
    if id_column and not (there or columns):
        raise UserError("--id 只和 --on 或 --columns 同用；按代码命名列的表用 uscc 认企业")
    papers = None if titles is None else Titles(titles, titles_complete)
    over = Table(table, column_map(columns), id_column, lacking, papers)
    if there is None:
        text = written(instruments, dialect or "postgres", on, chosen, over, view)
    else:
        text = _over_theirs(there, dialect, instruments, on, chosen, over, view)
    typer.echo(text, nl=False)


def _over_theirs(
    there: str,
    dialect: str | None,
    instruments: Sequence[Instrument],
    as_of: date,
    chosen: Readings,
    over: Table,
    view: str | None,
) -> str:
    """By the columns and types of a table that is there."""
    from denggao.rules.engines.sql.place import place_of
    from denggao.rules.engines.sql.translated import dialect_of
    from denggao.rules.engines.sql.written import written_for

    if over.name is not None:
        raise UserError("--on 已说明是哪张表，不要再写 --table")
    if there.startswith("spark"):
        raise UserError("law sql 的 --on 只读 postgresql:// 和 duckdb:；Spark 的表请用 --columns")
    with place_of(there, []) as place:
        if dialect is not None and dialect_of(dialect) is not place.dialect:
            raise UserError(
                f"--on 的是 {place.dialect.name}，不能写成 {dialect}；"
                "要别的方言，去掉 --on，用 --columns 写明列名"
            )
        return written_for(place, instruments, as_of, chosen, over, view)


def _judging(instruments: Sequence[Instrument]) -> None:
    """Raises UserError where one of them judges nobody: only a verdict becomes a statement."""
    from denggao.rules.library import instruments as every

    bad = [law.short for law in instruments if not law.judges]
    if bad:
        good = dict.fromkeys(law.short for law in every() if law.judges)
        raise UserError(
            f"《{bad[0]}》是奖补、清单、计划一类，没有“结论”，写不成 SQL；奖补用 denggao pay，"
            f"清单用 denggao lists。能写的：{'、'.join(good)}"
        )
