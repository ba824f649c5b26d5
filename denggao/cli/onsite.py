"""``denggao screen --on``: the laws go to the data, a summary comes back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import checked_output, laws, progress_bar, readings
from denggao.cli.titles import tell
from denggao.documents.replacing import replacing

if TYPE_CHECKING:
    from denggao.facts.columnmap import ColumnMap
    from denggao.rules.engines.sql.there import Judged
    from denggao.rules.nodes import Instrument

_SHOWN = 10
_WORDS = (("符合", "pass"), ("未知", "unknown"), ("不符合", "fail"))


def screen_there(
    on: str,
    files: Sequence[str],
    names: Sequence[str],
    as_of: date,
    output: str | None,
    columns: ColumnMap | None,
    id_column: str | None,
    options: Sequence[str],
    replace: bool,
    titles: str | None = None,
    titles_complete: bool = False,
) -> None:
    """Judge every firm of the table that ``on`` names, there; ``titles`` names the table of
    certificates beside it."""
    from denggao.rules.engines.sql.duck import DuckPlace
    from denggao.rules.engines.sql.place import place_of
    from denggao.rules.engines.sql.there import Titles, judged

    instruments = laws(names, as_of)
    chosen = readings(instruments, options)
    with place_of(on, files) as place, progress_bar("逐户判") as progress:
        target = place.target(output)
        made: AbstractContextManager[object] = nullcontext(target)
        if isinstance(place, DuckPlace):
            inputs = [place.path, *([Path(titles)] if titles is not None else [])]
            checked_output(Path(target), [".parquet"], inputs)
            place.make_room(Path(target), replace)
            made = replacing(Path(target))
        with made as where:
            found = judged(
                place, instruments, as_of, chosen, str(where), progress,
                columns=columns, id_column=id_column, replacing=replace,
                titles=None if titles is None else Titles(titles, titles_complete),
            )  # fmt: skip
    show_counts(found, instruments, as_of)
    typer.echo(f"结果在 {target}")


def _tell_heads(what: str, heads: Sequence[str], advice: str = "") -> None:
    if heads:
        more = "……" if len(heads) > _SHOWN else ""
        typer.echo(f"{what} {len(heads)} 个：{'、'.join(heads[:_SHOWN])}{more}{advice}")


def show_counts(found: Judged, instruments: Sequence[Instrument], as_of: date) -> None:
    """What came out of a table that was never in memory, and what was assumed of its heads."""
    laws_ = max(1, len(instruments))  # each firm has a row for each of them
    firms = sum(c.firms for c in found.counts) // laws_
    flagged = found.flagged // laws_
    typer.echo(f"企业 {firms} 户；有值不能用、按未知算的 {flagged} 户（标记 OUT_OF_DOMAIN）")
    heads = found.heads
    _tell_heads("没有读的列", heads.unread)
    year = f"表头没有年度、按上年（{as_of.year - 1} 年）读的列"
    _tell_heads(year, heads.without_year, "；不对请在表头写明年度")
    unit = "表头没有单位、按“元”读的列"
    _tell_heads(unit, heads.without_unit, "；不对请在表头写明，如“（万元）”")
    _tell_heads("列名对照里写了、表里没有的表头", found.absent, "；请核对写法，或从对照中删去")
    tell(found.titles, instruments)
    for law in instruments:
        typer.echo(f"《{law.short}》 {law.version}")
        ours = [c for c in found.counts if c.law == law.short]
        for title, kind in (("可核实条件", "hard"), ("结论", "verdict")):
            told = (
                f"{word} {sum(c.firms for c in ours if getattr(c, kind) == key)} 户"
                for word, key in _WORDS
            )
            typer.echo(f"  {title}：{'，'.join(told)}")
