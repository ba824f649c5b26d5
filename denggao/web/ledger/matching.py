"""Which enterprise of the ledger a file speaks of. Sure matches only; whatever is doubtful goes to
a person (``facts.matching`` finds what looks alike)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q

from denggao.facts.firms import Firms
from denggao.facts.identity import normal_name
from denggao.facts.matching import Candidate, Party, candidates
from denggao.facts.names import former_names, same_name
from denggao.facts.words import plain_name
from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Enterprise, FormerName
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.reading import Row

_AT_ONCE = 5000


@dataclass(slots=True)
class FileFirm:
    """A firm of the file with its rows; ``former`` names in normal form."""

    name: str
    code: str
    rows: list[Row] = field(default_factory=list)
    former: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        """The name in normal form."""
        return normal_name(self.name)


class Known(NamedTuple):
    """An enterprise of the ledger, as far as matching goes."""

    pk: int
    uscc: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person must decide, and between which: (enterprise, score 0 to 100, evidence)."""

    why: str
    choices: tuple[tuple[int, int, str], ...]


@dataclass
class Matched:
    """Each firm of the file is in exactly one of these."""

    known: list[tuple[FileFirm, Known]] = field(default_factory=list)
    new: list[FileFirm] = field(default_factory=list)
    doubtful: list[tuple[FileFirm, Doubt]] = field(default_factory=list)
    #: The code belongs to a firm of another district.
    elsewhere: list[FileFirm] = field(default_factory=list)


def firms_of(rows: Iterable[Row]) -> list[FileFirm]:
    """The rows by firm, as one file means it."""
    firms = Firms()
    found: list[FileFirm] = []
    for row in rows:
        code, name = row.values.get("uscc"), row.values.get("name")
        number, _ = firms.find(
            code, name and normal_name(name), plain_name(name or ""), 1 if code else 0
        )
        if number == len(found):
            found.append(FileFirm(name or "", code or ""))
        firm = found[number]
        firm.name, firm.code = firm.name or name or "", firm.code or code or ""
        firm.rows.append(row)
        firm.former.update(map(normal_name, former_names(row.values.get("former_names"))))
    return found


def match(found: Sequence[FileFirm], region: Region) -> Matched:
    """Find each firm among the enterprises of the region, and know those of others by code."""
    return _Match(region).all(found)


class _Match:
    def __init__(self, region: Region) -> None:
        rows = Enterprise.objects.filter(within(region))
        told = rows.values_list("pk", "uscc", "name", "name_key")
        self.all_known = [Known(pk, uscc or "", name, key) for pk, uscc, name, key in told]
        self.by_code = {known.uscc: known for known in self.all_known if known.uscc}
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        for known in self.all_known:
            self.by_name[known.key].append(known)
        self.former: dict[int, set[str]] = defaultdict(set)
        self.by_former: dict[str, list[Known]] = defaultdict(list)
        by_pk = {known.pk: known for known in self.all_known}
        names = FormerName.objects.filter(within(region, "enterprise__"))
        for pk, key in names.values_list("enterprise_id", "name_key"):
            self.former[pk].add(key)
            self.by_former[key].append(by_pk[pk])
        self.region = region

    def all(self, found: Sequence[FileFirm]) -> Matched:
        result, fresh = Matched(), []
        foreign = self._foreign([firm.code for firm in found if firm.code])
        for firm in found:
            verdict = self._one(firm)
            if firm.code in foreign:
                result.elsewhere.append(firm)
            elif isinstance(verdict, Known):
                result.known.append((firm, verdict))
            elif isinstance(verdict, Doubt):
                result.doubtful.append((firm, verdict))
            else:
                fresh.append(firm)
        alike = self._alike(fresh)
        for number, firm in enumerate(fresh):
            if number in alike:
                result.doubtful.append((firm, alike[number]))
            else:
                result.new.append(firm)
        return result

    def _one(self, firm: FileFirm) -> Known | Doubt | None:
        same_code = self.by_code.get(firm.code) if firm.code else None
        if same_code is not None:
            if self._is_name_of(firm, same_code):
                return same_code
            why = f"信用代码相同，名称不像同一户：台账里是“{same_code.name}”"
            return _doubt(why, [(same_code, 0)])
        named = self.by_name.get(firm.key, []) if firm.key else []
        with_code = [known for known in named if known.uscc]
        if firm.code and with_code:
            return _doubt("名称相同，信用代码不同", [(known, 100) for known in with_code])
        if len(named) > 1:
            why = "台账里有几户同名的，看不出是哪一户"
            return _doubt(why, [(known, 100) for known in named])
        if named:
            return named[0]
        former = [
            *self.by_former.get(firm.key, []),
            *(known for key in firm.former for known in self.by_name.get(key, [])),
        ]
        if former:
            return _doubt("一户的曾用名是另一户的名称", [(known, 100) for known in former])
        return None

    def _is_name_of(self, firm: FileFirm, known: Known) -> bool:
        """The same name, or one that the firm has, or had, by its own word."""
        if not firm.name or firm.key == known.key or same_name(firm.key, known.key):
            return True
        return known.key in firm.former or firm.key in self.former[known.pk]

    def _foreign(self, codes: list[str]) -> set[str]:
        """Codes of enterprises outside the region."""
        outside: set[str] = set()
        unknown = [code for code in codes if code not in self.by_code]
        for start in range(0, len(unknown), _AT_ONCE):
            some = Q(uscc__in=unknown[start : start + _AT_ONCE])
            outside.update(Enterprise.objects.filter(some).values_list("uscc", flat=True))
        return outside

    def _alike(self, fresh: Sequence[FileFirm]) -> dict[int, Doubt]:
        """Firms without a sure match that look like one of the ledger, by position."""
        if not fresh or not self.all_known:
            return {}
        if all(firm.code for firm in fresh) and all(known.uscc for known in self.all_known):
            return {}  # right codes that differ are different firms
        parties = [
            *(Party(firm.name, firm.code, former=tuple(firm.former)) for firm in fresh),
            *(Party(known.name, known.uscc) for known in self.all_known),
        ]
        pairs: dict[int, list[Candidate]] = defaultdict(list)
        for pair in candidates(parties):
            if pair.first < len(fresh) <= pair.second:
                pairs[pair.first].append(pair)
        return {
            number: Doubt(
                "；".join(dict.fromkeys(pair.why for pair in found)),
                tuple((self.all_known[p.second - len(fresh)].pk, p.score, p.why) for p in found),
            )
            for number, found in pairs.items()
        }


def _doubt(why: str, found: Sequence[tuple[Known, int]]) -> Doubt:
    return Doubt(why, tuple((known.pk, score, why) for known, score in dict(found).items()))
