"""``denggao screen``: a whole ledger under the law, nearest to success first."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import checked_output, day, laws, progress_bar, readings
from denggao.cli.titles import COMPLETE_HELP, TITLES_HELP, tell
from denggao.documents.replacing import replacing
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.facts.columnmap import ColumnMap
    from denggao.facts.ledger import Ledger
    from denggao.rules.engines.columnar.parquet import ParquetLedger
    from denggao.rules.engines.columnar.screening import Screened
    from denggao.rules.nodes import Instrument

_KINDS = (".xlsx", ".csv", ".parquet")
_SHOWN = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """``--titles``: a file of certificates; ``is_complete``: who is not in it holds none."""

    path: Path
    is_complete: bool


def screen(
    ledgers: list[str] = typer.Argument(None, metavar="台账…", help=".xlsx、.csv 或 .parquet"),
    law: list[str] = typer.Option(
        [], "--law", help="规范的简称，可多次；缺省为科技型中小企业评价和高新技术企业认定"
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，缺省为今天"),
    output: str | None = typer.Option(
        None, "-o", "--output", help="结果文件：.xlsx 给人看，.csv（UTF-8）和 .parquet 给程序用"
    ),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
    top: int | None = typer.Option(
        None, "--top", min=1, help="只取最接近的前 N 户，并说明进出缘由"
    ),
    exact: int = typer.Option(500, "--decisive", min=0, help="给最近的多少户算“问哪几个数就能定”"),
    reading: list[str] = typer.Option([], "--reading", help="选用的读法，如 附件4；可多次"),
    snapshot: Path | None = typer.Option(
        None, "--snapshot", help="另存快照 .zip，以后用 denggao compare 对比"
    ),
    there: str | None = typer.Option(
        None,
        "--on",
        metavar="数据所在",
        help="在数据所在处判，数据不出库：postgresql://用户@主机/库/表、duckdb:台账.parquet、"
        "spark:MASTER；结果是旁边的一张表或一份 .parquet（-o 改名）。密码放 PGPASSWORD",
    ),
    replace: bool = typer.Option(False, "--replace", help="与 --on 同用：换掉上次的结果"),
    titles: str | None = typer.Option(
        None,
        "--titles",
        metavar="证书表",
        help=f"与 --on 或 .parquet 台账同用：{TITLES_HELP}；数据库里的表，或 .parquet 文件",
    ),
    titles_complete: bool = typer.Option(False, "--titles-complete", help=COMPLETE_HELP),
) -> None:
    """摸排：一份或几份台账里的每一户，按规范逐条判"""
    on = day(as_of)
    if titles_complete and titles is None:
        raise UserError("--titles-complete 只和 --titles 同用")
    told = f"申请日 {on}" + ("" if as_of else "（今天；用 --as-of 指定）")
    if there is not None:
        if top is not None or snapshot is not None:
            raise UserError("--on 不能和 --top、--snapshot 同用：数据不出库，只在这里看汇总")
        from denggao.cli.onsite import screen_there

        screen_there(
            there, ledgers or [], law, on, output, column_map(columns), id_column, reading, replace,
            titles, titles_complete,
        )  # fmt: skip
        typer.echo(told)
        return
    if not ledgers:
        raise UserError("请给一份或几份台账（.xlsx、.csv 或 .parquet），或用 --on 说明数据在哪里")
    if replace:
        raise UserError("--replace 只和 --on 同用")
    files, saved = [Path(ledger) for ledger in ledgers], Path(output) if output else None
    held = _held(files, titles, titles_complete)
    _screen_files(
        files, law, on, told, saved, columns, id_column, top, exact, reading, snapshot, held
    )


def _held(files: Sequence[Path], titles: str | None, is_complete: bool) -> Held | None:
    """``--titles``, where it belongs."""
    if titles is None:
        return None
    if [file.suffix for file in files] != [".parquet"]:
        raise UserError(
            "--titles 只和 --on 或一份 .parquet 台账同用；"
            "Excel、.csv 的证书表和台账一起给就行：denggao screen 台账.xlsx 证书.xlsx"
        )
    return Held(Path(titles), is_complete)


def _screen_files(
    ledgers: Sequence[Path],
    law: Sequence[str],
    on: date,
    told: str,
    output: Path | None,
    columns: Path | None,
    id_column: str | None,
    top: int | None,
    exact: int,
    reading: Sequence[str],
    snapshot: Path | None,
    held: Held | None,
) -> None:
    inputs = [*ledgers, columns, held.path if held else None]
    if output is not None:
        checked_output(output, _KINDS, inputs)
        checked_output(unselected(output), _KINDS, inputs)
    if snapshot is not None:
        checked_output(snapshot, [".zip"], inputs, "快照")
    instruments = laws(law, on)
    chosen = readings(instruments, reading)
    mapping = column_map(columns)
    if snapshot is None and _is_stream(ledgers, output, top):
        _stream(ledgers[0], instruments, on, mapping, id_column, chosen, output, held)
        typer.echo(told)
        return
    if [path.suffix for path in ledgers] == [".parquet"]:
        scanned = _scanned(ledgers[0], on, mapping, id_column, held)
        tell(scanned.told(), instruments)
        ledger = scanned.collected()
    else:
        ledger = read(ledgers, on, mapping, id_column)
    tables = _routed(ledger, list(tables_of(ledger, instruments, on, chosen)), on)
    typer.echo(told)
    show(ledger, tables)
    if top is not None:
        _show_routes(tables[0], top, on)
    if output is not None:
        save(output, ledger, tables, on, chosen, top, exact, [path.name for path in ledgers])
        typer.echo(f"结果已写入 {output}")
    if snapshot is not None:
        _keep(snapshot, ledger, instruments, on, chosen, [path.name for path in ledgers])


def _keep(
    path: Path,
    ledger: Ledger,
    instruments: Sequence[Instrument],
    on: date,
    chosen: Mapping[str, Mapping[str, str]],
    files: Sequence[str],
) -> None:
    from denggao.diagnosis.snapshot import taken, write

    with replacing(path) as temporary:
        write(taken(ledger, instruments, on, chosen, files), temporary)
    typer.echo(f"快照已写入 {path}")


def unselected(output: Path) -> Path:
    """Beside the list, with ``--top``: those that are not on it."""
    return output.with_name(f"{output.stem}.未入选{output.suffix}")


def column_map(path: Path | None) -> ColumnMap | None:
    """What ``--columns`` says; ``None`` where it was not given."""
    from denggao.facts.ledger import load_column_map

    return None if path is None else load_column_map(path)


def _is_stream(ledgers: Sequence[Path], output: Path | None, top: int | None) -> bool:
    """One Parquet file to .csv or .parquet never has to fit in memory."""
    only = len(ledgers) == 1 and ledgers[0].suffix == ".parquet"
    return only and output is not None and output.suffix.lower() != ".xlsx" and top is None


def _stream(
    path: Path,
    instruments: Sequence[Instrument],
    on: date,
    mapping: ColumnMap | None,
    id_column: str | None,
    chosen: dict[str, dict[str, str]],
    output: Path | None,
    held: Held | None,
) -> None:
    from denggao.cli.onsite import show_counts
    from denggao.rules.engines.columnar import parquet
    from denggao.rules.engines.sql.place import Count
    from denggao.rules.engines.sql.there import Judged

    assert output is not None
    ledger = _scanned(path, on, mapping, id_column, held)
    with replacing(output) as temporary:
        parquet.screen_to_file(ledger, instruments, on, chosen, temporary)
        rows, flagged = parquet.counted(temporary, OUT_OF_DOMAIN)
    absent: list[str] = []
    if mapping is not None and held is None:  # it may be of the certificates
        absent = mapping.not_among(ledger.heads.every)
    counts = [Count(*row) for row in rows]
    made = Judged(str(output), counts, ledger.heads, absent, flagged, ledger.told())
    show_counts(made, instruments, on)
    typer.echo(f"结果已写入 {output}")


def _scanned(
    path: Path,
    on: date,
    mapping: ColumnMap | None,
    id_column: str | None,
    held: Held | None,
) -> ParquetLedger:
    """The ledger with its certificates."""
    from denggao.rules.engines.columnar import certificates, parquet

    ledger = parquet.scan(path, on, mapping, id_column)
    if held is not None:
        found = certificates.scan_certificates(
            held.path, on, ledger.heads, mapping, is_complete=held.is_complete
        )
        ledger = dataclasses.replace(ledger, certificates=found)
    return ledger


def read(
    paths: Sequence[Path], on: date, mapping: ColumnMap | None, id_column: str | None
) -> Ledger:
    """One ledger from the files given."""
    from denggao.facts.ledger import read_ledgers

    if len(paths) == 1 and paths[0].suffix == ".parquet":
        from denggao.rules.engines.columnar import parquet

        return parquet.scan(paths[0], on, mapping, id_column).collected()
    if any(path.suffix == ".parquet" for path in paths):
        raise UserError(".parquet 台账一次只能给一份，也不能和别的格式混用")
    with progress_bar("读台账") as progress:
        return read_ledgers(
            paths, as_of=on, columns=mapping, id_column=id_column, progress=progress
        )


def tables_of(
    ledger: Ledger,
    instruments: Sequence[Instrument],
    on: date,
    chosen: Mapping[str, Mapping[str, str]],
) -> Iterator[Screened]:
    """Each law over the ledger, one after the other."""
    from denggao.rules.engines.columnar.screening import frame_of_ledger, screen

    frame = frame_of_ledger(ledger, instruments, on)
    with progress_bar("逐户判") as progress:
        for done, table in enumerate(screen(frame, instruments, on, chosen), 1):
            progress(done, len(instruments))
            yield table


def _routed(ledger: Ledger, tables: Sequence[Screened], on: date) -> list[Screened]:
    """The tables with the routes of each firm."""
    from denggao.diagnosis.routes import routes
    from denggao.rules.engines.columnar.screening import with_routes

    words = routes(ledger, on)
    return [with_routes(table, words) for table in tables]


def save(
    output: Path,
    ledger: Ledger,
    tables: Sequence[Screened],
    on: date,
    chosen: Mapping[str, Mapping[str, str]],
    top: int | None,
    exact: int,
    files: Sequence[str],
) -> None:
    """Write the result; nothing is left behind when it cannot be finished."""
    if output.suffix.lower() == ".xlsx":
        _save_workbook(output, ledger, tables, on, chosen, top, exact, files)
        return
    from denggao.documents.selection import reasons
    from denggao.rules.engines.columnar.screening import cut, write

    if top is None:
        with replacing(output) as temporary:
            write(tables, temporary)
        return
    inside, outside = zip(*(cut(t, reasons(t, top), top) for t in tables), strict=True)
    others = unselected(output)
    with replacing(output) as first, replacing(others) as second:
        write(inside, first)
        write(outside, second)
    typer.echo(f"未入选的企业和缘由在 {others}")


def _save_workbook(
    output: Path,
    ledger: Ledger,
    tables: Sequence[Screened],
    on: date,
    chosen: Mapping[str, Mapping[str, str]],
    top: int | None,
    exact: int,
    files: Sequence[str],
) -> None:
    from denggao.diagnosis.pool import questions
    from denggao.documents.screening_workbook import Screening, write_workbook

    asked = {}
    for table in tables:
        short = table.instrument.short
        with progress_bar(f"找决定性数据（{short}）") as progress:
            asked[short] = questions(
                ledger, table, on, readings=chosen.get(short), nearest=exact, progress=progress
            )
    with progress_bar("写结果") as progress:
        made = Screening(ledger, tables, asked, on, chosen, top, files)
        write_workbook(output, made, progress=progress)


# ------------------------------------------------------------------ on the terminal


def show(ledger: Ledger, tables: Sequence[Screened]) -> None:
    """The ladder, the nearest firms and what was wrong with the data, in a few lines."""
    typer.echo(
        f"读入企业 {len(ledger)} 户，数据行 {ledger.rows_read} 行，"
        f"略过 {ledger.rows_skipped} 行（合计、说明等）"
    )
    notices = sum(1 for p in ledger.problems if p.is_notice)
    typer.echo(f"数据问题 {len(ledger.problems) - notices} 处，提示 {notices} 处")
    _say_unread([head for *_, head in ledger.unread])
    likely = sum(1 for p in ledger.problems if p.kind == "head_suggestion")
    if likely:
        typer.echo(f"其中 {likely} 列像目录里的名称，没有读；用 denggao columns 查看并存成对照")
    for table in tables:
        typer.echo("")
        _show_law(table)


def _show_routes(table: Screened, top: int, on: date) -> None:
    from denggao.diagnosis.routes import by_route
    from denggao.rules.engines.columnar.screening import ROUTE

    words = [text for (text,) in table.rows([ROUTE])][:top]
    told = "，".join(f"{name} {count} 户" for name, count in by_route(words, on).items() if count)
    typer.echo("")
    typer.echo(f"《{table.instrument.short}》前 {len(words)} 户按培育路径：{told or '无数据'}")


def _say_unread(heads: Sequence[str]) -> None:
    if heads:
        more = "……" if len(heads) > _SHOWN else ""
        typer.echo(f"没有读懂的列 {len(heads)} 个：{'、'.join(heads[:_SHOWN])}{more}")


def _show_law(table: Screened) -> None:
    hard, verdict = table.counts("hard_verdict"), table.counts("verdict")
    typer.echo(f"《{table.instrument.short}》 {table.instrument.version}")
    for title, found in (("可核实条件", hard), ("结论", verdict)):
        words = (("符合", "pass"), ("未知", "unknown"), ("不符合", "fail"))
        typer.echo(f"  {title}：" + "，".join(f"{word} {found[key]} 户" for word, key in words))
