"""快照: one screening as it was, in one file: the facts, the laws' own texts, day and readings.

A zip of a manifest, the ledger's columns and the Markdown of each law. The same screening
always gives the same bytes; what a newer program ships does not change an old snapshot.
"""

from __future__ import annotations

import datetime
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from denggao.facts.catalogue import catalogue
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger
from denggao.facts.titles import Title
from denggao.rules.library import assemble
from denggao.rules.nodes import Instrument

FORMAT = "登高快照 1"
_MANIFEST, _LEDGER = "快照.json", "台账.json"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is written
_MAX_BYTES = 1 << 30
#: What reading something else, or a damaged file, may raise.
_NOT_ONE = (
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    AttributeError,
    KeyError,
    ValueError,
    TypeError,
)


@dataclass(frozen=True)
class Snapshot:
    """``texts``: short name of each law → its Markdown; ``readings`` by short name;
    ``files``: names of the files that the ledger was read from."""

    ledger: Ledger
    texts: Mapping[str, str]
    as_of: datetime.date
    readings: Mapping[str, Mapping[str, str]]
    files: tuple[str, ...] = ()

    @cached_property
    def laws(self) -> dict[str, Instrument]:
        """The laws as they stood, by short name."""
        return {short: assemble(text, short) for short, text in self.texts.items()}


def taken(
    ledger: Ledger,
    instruments: Sequence[Instrument],
    as_of: datetime.date,
    readings: Mapping[str, Mapping[str, str]],
    files: Sequence[str],
) -> Snapshot:
    """A screening as a snapshot; the texts are read where the laws were loaded from."""
    texts = {i.short: Path(i.path).read_text(encoding="utf-8-sig") for i in instruments}
    chosen = {i.short: i.chosen(dict(readings.get(i.short, {}))) for i in instruments}
    return Snapshot(ledger, texts, as_of, chosen, tuple(files))


def write(snapshot: Snapshot, path: Path, more: Mapping[str, str] | None = None) -> None:
    """Write the zip, with ``more`` texts by name. Raises OSError."""
    ledger = snapshot.ledger
    manifest = {
        "format": FORMAT,
        "as_of": snapshot.as_of.isoformat(),
        "laws": list(snapshot.texts),
        "readings": {law: dict(chosen) for law, chosen in snapshot.readings.items()},
        "files": list(snapshot.files),
    }
    facts = {
        "identity": ledger.identity,
        "identity_head": ledger.identity_head,
        "columns": {key: [_plain(v) for v in data] for key, data in ledger.columns.items()},
        "flags": [sorted(flags) for flags in ledger.flags],
        "places": ledger.places,
        "sources": ledger.sources,
        "rows_read": ledger.rows_read,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        _put(package, _MANIFEST, _json(manifest))
        _put(package, _LEDGER, _json(facts))
        for short, text in snapshot.texts.items():
            _put(package, f"{short}.md", text)
        for name, text in (more or {}).items():
            _put(package, name, text)


def member(path: Path, name: str) -> str:
    """One of the ``more`` texts of a snapshot. Raises UserError where there is none."""
    try:
        with zipfile.ZipFile(path) as package:
            if package.getinfo(name).file_size > _MAX_BYTES:
                raise UserError(f"「{path.name}」解压后超过 1 GB，不予读取")
            return package.read(name).decode()
    except FileNotFoundError:
        raise UserError(f"找不到文件「{path}」；请检查路径和文件名") from None
    except KeyError:
        raise UserError(
            f"「{path.name}」里没有冻结的清单；清单由 denggao lists 台账 --snapshot 写出"
        ) from None
    except (OSError, zipfile.BadZipFile, ValueError):
        raise UserError(f"「{path.name}」不是登高的快照，或已损坏") from None


def read(path: Path) -> Snapshot:
    """Open a snapshot. Raises UserError (Chinese) for anything else."""
    try:
        with zipfile.ZipFile(path) as package:
            if sum(part.file_size for part in package.infolist()) > _MAX_BYTES:
                raise UserError(f"「{path.name}」解压后超过 1 GB，不予读取")
            manifest = json.loads(package.read(_MANIFEST))
            if manifest.get("format") != FORMAT:
                raise UserError(
                    f"「{path.name}」的格式是“{manifest.get('format')}”，应是“{FORMAT}”"
                )
            texts = {law: package.read(f"{law}.md").decode() for law in manifest["laws"]}
            ledger = _ledger(json.loads(package.read(_LEDGER)))
            as_of = datetime.date.fromisoformat(manifest["as_of"])
            return Snapshot(ledger, texts, as_of, manifest["readings"], tuple(manifest["files"]))
    except FileNotFoundError:
        raise UserError(f"找不到文件「{path}」；请检查路径和文件名") from None
    except _NOT_ONE:
        raise UserError(
            f"「{path.name}」不是登高的快照，或已损坏；快照由 denggao screen 台账 --snapshot 写出"
        ) from None


def picked(ledger: Ledger, firms: Sequence[int]) -> Ledger:
    """The same ledger with these firms only, in this order."""
    return replace(
        ledger,
        identity=[ledger.identity[i] for i in firms],
        columns={key: [data[i] for i in firms] for key, data in ledger.columns.items()},
        flags=[ledger.flags[i] for i in firms],
        places=[ledger.places[i] for i in firms],
    )


def _put(package: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(entry, text)


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    """A value of a column as JSON: dates as text, certificates as lists."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [[_plain(part) for part in astuple(title)] for title in value]
    return value


def _ledger(facts: dict[str, Any]) -> Ledger:
    return Ledger(
        identity=facts["identity"],
        identity_head=facts["identity_head"],
        columns={key: _column(key, data) for key, data in facts["columns"].items()},
        flags=[frozenset(flags) for flags in facts["flags"]],
        places=[(str(f), str(s), int(r)) for f, s, r in facts["places"]],
        sources={key: tuple(place) for key, place in facts["sources"].items()},
        problems=[],
        unread=[],
        rows_read=facts["rows_read"],
    )


def _column(key: str, data: list[Any]) -> list[Any]:
    if key == "titles":
        return [None if row is None else tuple(_title(parts) for parts in row) for row in data]
    fact = catalogue().get(key.partition("@")[0].partition(".")[0])
    if fact is not None and fact.unit == "日期":
        return [None if day is None else datetime.date.fromisoformat(day) for day in data]
    return data


def _title(parts: list[Any]) -> Title:
    kind, number, *days, issuer, event = parts
    first, last, end = (None if day is None else datetime.date.fromisoformat(day) for day in days)
    return Title(kind, number, first, last, end, issuer, event)
