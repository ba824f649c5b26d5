"""The map of a region's parts, coloured by what is done: from a file of boundaries where the
bureau has put one, else tiles. Drawn on the server as SVG, so that it needs no script and prints.

A map is ``DENGGAO_MAPS/<code of the region>.geojson``: a FeatureCollection whose features carry
``code`` (or ``name``) of the part, with ``审图号`` beside the features; without that number it is
not shown.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from denggao.web.accounts.models import Region
from denggao.web.planning.figures import Cut, Figure

_LOG = logging.getLogger(__name__)
_WIDTH, _HEIGHT = 640, 460
_ROW, _GAP = 92, 8
_MOST = 8 << 20


@dataclass(frozen=True, slots=True)
class Shape:
    """A part on the map: an outline (SVG path) or a tile, its label at ``x``, ``y``."""

    figure: Figure
    path: str
    x: float
    y: float
    tile: tuple[float, float, int, int] | None = None

    @property
    def css(self) -> str:
        """How much is done."""
        return self.figure.shade

    @property
    def note(self) -> str:
        """「80%」, or the count where there is no rate."""
        rate = self.figure.percent
        return f"{self.figure.done}" if rate is None else f"{rate}%"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map ready for the page. ``caption``: 审图号 of a real one, "" for tiles."""

    shapes: tuple[Shape, ...]
    width: int
    height: int
    caption: str
    fault: str = ""


def drawn(region: Region, cut: Cut | None) -> Drawn | None:
    """The map of a cut by region; ``None`` where there is none."""
    if cut is None or any(figure.done is None for figure in cut.figures):
        return None
    outlines, caption, fault = boundaries(region.code)
    known = [f for f in cut.figures if f.key in outlines or f.label in outlines]
    if not known:
        return _with_tiles((), cut.figures, 0, "", fault)
    rest = [f for f in cut.figures if f not in known]
    shapes = _projected([(f, outlines.get(f.key) or outlines[f.label]) for f in known])
    return _with_tiles(tuple(shapes), rest, _HEIGHT, caption, fault)


def _with_tiles(
    shapes: tuple[Shape, ...], figures: Sequence[Figure], top: int, caption: str, fault: str
) -> Drawn:
    """Those without an outline (zones, and all of them where there is no map) as tiles below."""
    columns = 2 if len(figures) <= 4 else 3 if len(figures) <= 9 else 4
    tiles = tuple(_tile(figure, number, top, columns) for number, figure in enumerate(figures))
    rows = -(-len(tiles) // columns)
    return Drawn((*shapes, *tiles), _WIDTH, top + rows * (_ROW + _GAP), caption, fault)


def _tile(figure: Figure, number: int, top: int, columns: int) -> Shape:
    wide = _WIDTH // columns - _GAP
    x = (number % columns) * (wide + _GAP) + _GAP / 2
    y = top + (number // columns) * (_ROW + _GAP) + _GAP / 2
    return Shape(figure, "", x + wide / 2, y + _ROW / 2 - 4, (x, y, wide, _ROW))


# --- boundaries ----------------------------------------------------------------------------------

#: Rings of (longitude, latitude).
Rings = list[list[tuple[float, float]]]


def boundaries(code: str) -> tuple[dict[str, Rings], str, str]:
    """(rings by code and by name, 审图号, what is wrong) of the bureau's file for a region."""
    if settings.MAPS is None or not (path := settings.MAPS / f"{code}.geojson").is_file():
        return {}, "", ""
    stat = path.stat()
    return _boundaries(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _boundaries(path: Path, changed: int, size: int) -> tuple[dict[str, Rings], str, str]:
    if size > _MOST:
        return {}, "", f"地图“{path.name}”超过 {_MOST >> 20} MB，请先简化边界"
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
        caption = str(told.get("审图号", "")).strip()
        found = {key: rings for feature in told["features"] for key, rings in _feature(feature)}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        _LOG.warning("map %s is not readable", path, exc_info=True)
        return {}, "", f"地图“{path.name}”读不懂，应是 GeoJSON（FeatureCollection）"
    if not caption:
        return {}, "", f"地图“{path.name}”没有写“审图号”，不显示"
    return found, caption, ""


def _feature(feature: dict[str, Any]) -> Iterator[tuple[str, Rings]]:
    shape, told = feature["geometry"], feature["properties"]
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    rings = [[(float(p[0]), float(p[1])) for p in ring] for part in parts for ring in part]
    if any(not math.isfinite(end) for ring in rings for point in ring for end in point):
        raise ValueError("a point that is no number")
    for key in ("code", "adcode", "gb", "name"):
        if told.get(key):
            yield str(told[key]).removeprefix("156"), rings


def _projected(parts: Sequence[tuple[Figure, Rings]]) -> Iterator[Shape]:
    """Plate carrée about the middle latitude, fitted into the frame."""
    points = [point for _, rings in parts for ring in rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * shrink, 1e-9), max(north - south, 1e-9)
    scale = min((_WIDTH - 16) / wide, (_HEIGHT - 16) / high)
    left, top = (_WIDTH - wide * scale) / 2, (_HEIGHT - high * scale) / 2

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return left + (point[0] - west) * shrink * scale, top + (north - point[1]) * scale

    for figure, rings in parts:
        drawn = [[at(point) for point in ring] for ring in rings]
        path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in drawn)
        x, y = _middle(max(drawn, key=_area))
        yield Shape(figure, path, x, y)


def _area(ring: Sequence[tuple[float, float]]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _middle(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
