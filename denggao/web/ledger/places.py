"""Where a firm of a file lies: its district and, perhaps, its zone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from denggao.facts.divisions import current
from denggao.facts.regions import Located, region_of, registrar_of
from denggao.web.accounts.models import Region
from denggao.web.ledger.reading import Row

_ZONE = Region.Kind.ZONE


class Places:
    """Finds regions for the ledger of a unit whose region is ``scope``."""

    def __init__(self, scope: Region) -> None:
        self.scope = scope
        self.known = {region.code: region for region in Region.objects.all()}
        self.is_zone = scope.kind == _ZONE
        division = self.known[scope.parent_id] if self.is_zone and scope.parent_id else scope
        self.around = division.code if current(division.code) else None

    def of(self, rows: Iterable[Row]) -> tuple[str, str | None]:
        """(code of the district, code of the zone): from the column of districts, the address,
        or the register; else the unit's own region."""
        district: str | None = None
        zone: str | None = self.scope.code if self.is_zone else None
        for row in rows:
            for key in ("region", "zone", "address"):
                text = str(row.values.get(key) or "").strip()
                if text:
                    one, other = self._placed(text, row.values.get("uscc"))
                    district, zone = district or one, zone or other
        if district is None:
            code = next((r.values["uscc"] for r in rows if r.values.get("uscc")), None)
            office = registrar_of(code)
            district = office if office in self.known else None
        if district is None or not self._inside(district):
            district = (self.scope.parent_id if self.is_zone else None) or self.scope.code
        return district, zone if zone in self.known else None

    def _inside(self, code: str) -> bool:
        return self.is_zone or self.scope.contains(self.known[code])

    def _placed(self, text: str, uscc: str | None) -> tuple[str | None, str | None]:
        if text in self.known:
            is_zone = self.known[text].kind == _ZONE
            return (None, text) if is_zone else (text, None)
        found = _located(text, self.around, registrar_of(uscc))
        code = found.district if found.district in self.known else None
        return code, found.zone


@lru_cache(maxsize=20_000)
def _located(text: str, around: str | None, registrar: str | None) -> Located:
    return region_of(text, within=around, registrar=registrar)
