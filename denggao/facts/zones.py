"""功能区: areas that are no administrative division; a firm lies in a district and may lie in one
of these besides. 兰州新区 has its statistical code; codes that end in letters are our own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from denggao.facts.divisions import divisions
from denggao.facts.errors import UserError, reason

_HEADS = ("code", "name", "division", "names", "local_names")


@dataclass(frozen=True, slots=True)
class Zone:
    """``division``: the city or county that it belongs to. ``names`` name it anywhere;
    ``local_names`` (高新区) only in an address of that division."""

    code: str
    name: str
    division: str
    names: tuple[str, ...]
    local_names: tuple[str, ...] = ()


@cache
def zones() -> tuple[Zone, ...]:
    """The zones that come with the product."""
    text = files("denggao.facts").joinpath("zones.csv").read_text(encoding="utf-8")
    return tuple(_zones(text, "zones.csv"))


def load_zones(path: Path) -> tuple[Zone, ...]:
    """Ours and those of a .csv with the heads of zones.csv, which replaces ours of the same
    code. Raises UserError naming file and row for what is not right."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"读不了功能区表「{path}」：{reason(error)}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"功能区表「{path.name}」不是 UTF-8 编码，请另存为 CSV UTF-8") from error
    own = {zone.code: zone for zone in _zones(text, path.name)}
    return (*(zone for zone in zones() if zone.code not in own), *own.values())


def _zones(text: str, file: str) -> Iterable[Zone]:
    rows = csv.DictReader(io.StringIO(text))
    if tuple(rows.fieldnames or ()) != _HEADS:
        raise UserError(f"功能区表「{file}」第 1 行应是：{','.join(_HEADS)}")
    for row in rows:
        where = f"功能区表「{file}」第 {rows.line_num} 行"
        code, name, division = (str(row[key] or "").strip() for key in _HEADS[:3])
        names, local = (_words(row[key]) for key in _HEADS[3:])
        if not code or not name:
            raise UserError(f"{where}：code 和 name 都要填")
        if division not in divisions():
            raise UserError(f"{where}：“{division}”不是区划代码，division 应如 620100")
        yield Zone(code, name, division, tuple(dict.fromkeys((name, *names))), local)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split("|") if word.strip())
