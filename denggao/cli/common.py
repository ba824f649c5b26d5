"""What several commands share: dates, laws, readings, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.holidays import Holidays
    from denggao.rules.nodes import Instrument

Progress = Callable[[int, int], None]


def today() -> date:
    """Today in Shanghai, whatever the machine's time zone."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def day(text: str | None) -> date:
    """``--as-of`` as a date; today where it was not given."""
    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"日期“{text}”读不懂，应写成 2026-06-30") from None


def laws(names: Sequence[str], as_of: date) -> list[Instrument]:
    """The instruments named, or those that screening takes by default on the day."""
    from denggao.rules import library

    if names:
        return [library.in_force(name, as_of) for name in dict.fromkeys(names)]
    found = library.by_default(as_of)
    if not found:
        raise UserError(f"{as_of} 没有一份规范在施行；请核对 --as-of")
    return found


def readings(
    instruments: Sequence[Instrument], options: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Chosen readings by law: each option belongs to the laws that have it."""
    from denggao.rules.cases import readings_from

    known = {i.short: {o for r in i.readings for o, _ in r.options} for i in instruments}
    for option in options:
        if not any(option in found for found in known.values()):
            every = "、".join(sorted(set().union(*known.values())))
            names = "、".join(f"《{i.short}》" for i in instruments)
            choice = f"可选：{every}" if every else f"{names}没有可选的读法，请去掉 --reading"
            raise UserError(f"没有读法“{option}”；{choice}")
    return {
        i.short: readings_from(i, [o for o in options if o in known[i.short]]) for i in instruments
    }


def checked_output(
    path: Path, kinds: Sequence[str], inputs: Iterable[Path | None] = (), what: str = "结果文件"
) -> None:
    """Refuse, before any work, a file to write that has another ending than ``kinds`` (lower
    case, with the dot), lies in no folder, is one, or is one of the ``inputs``."""
    if path.suffix.lower() not in kinds:
        raise UserError(f"{what}应以 {'、'.join(kinds)} 结尾，不是“{path.name}”")
    if path.is_dir():
        raise UserError(f"“{path}”是一个文件夹，请给出文件名")
    if not path.parent.is_dir():
        raise UserError(f"没有文件夹“{path.parent}”，请先建好再运行")
    for read in filter(None, inputs):
        if path.resolve() == read.resolve() or (
            path.exists() and read.exists() and path.samefile(read)
        ):
            raise UserError(f"{what}“{path}”会盖掉输入文件“{read}”，请换一个名字")


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on the terminal's error stream; silent where nobody watches."""
    import sys

    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def tell_unwritten(cells: Sequence[str]) -> None:
    """The cells beside which no comment could be put, for a conversation would hide it."""
    if cells:
        more = "……" if len(cells) > _CELLS_SHOWN else ""
        where = "、".join(cells[:_CELLS_SHOWN])
        typer.echo(f"{len(cells)} 格有对话式批注，没有另加批注：{where}{more}")


_CELLS_SHOWN = 12


HOLIDAYS_HELP = "自己的节假日表 .xlsx 或 .csv（列：自、至、安排），补上还没有的年份，同一年以它为准"


def working_calendar(path: Path | None) -> Holidays | None:
    """The shipped years and those of a user's own table, which win; ``None`` for no table."""
    from denggao.diagnosis.holidays import read_holidays, shipped

    return None if path is None else shipped().with_years_of(read_holidays(path))
