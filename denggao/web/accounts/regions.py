"""The rows of ``Region``: the register's divisions, and the functional zones beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from denggao.facts.divisions import divisions, full_name
from denggao.facts.zones import zones

#: The whole country, that everything lies in.
COUNTRY = "100000"
#: 假县: the county of the demonstration, in no register.
SYNTHETIC = "990101"


def rows(region: Any) -> Iterator[Any]:
    """Unsaved rows of ``region`` (the model, or the migration's), outer before inner."""
    yield region(code=COUNTRY, name="全国", kind="division", path="")
    paths = {"": ""}
    for code in sorted(divisions()):
        division = divisions()[code]
        paths[code] = f"{paths[division.parent]}{code}/"
        parent = division.parent or COUNTRY
        yield region(code=code, name=division.name, parent_id=parent, path=paths[code])
    yield region(code=SYNTHETIC, name="模拟县", parent_id=COUNTRY, path=f"{SYNTHETIC}/")
    for zone in zones():
        path = f"{paths[zone.division]}{zone.code}/"
        yield region(
            code=zone.code, name=zone.name, kind="zone", parent_id=zone.division, path=path
        )


def place_of(region: Any) -> str:
    """A region's full name, as laws have it: 甘肃省兰州市城关区."""
    if region.code in divisions():
        return full_name(region.code)
    if region.kind == "zone" and region.parent_id in divisions():
        return full_name(region.parent_id) + str(region.name)
    return "中国" if not region.path else str(region.name)
