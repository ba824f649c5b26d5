"""认定: what a person decided about two firms, 同一 or 不同, and how the two are found again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from denggao.facts.errors import UserError
from denggao.facts.identity import normal_code, normal_name

SAME, DIFFERENT = "同一", "不同"


class Who(NamedTuple):
    """A firm as a table shows it; one of the two may be ""."""

    name: str
    code: str

    @property
    def key(self) -> tuple[str, str]:
        """(name, code) in normal form."""
        return normal_name(self.name), normal_code(self.code)

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）" if self.name and self.code else self.name or self.code


@dataclass(frozen=True, slots=True)
class Decision:
    """``verdict`` is SAME or DIFFERENT; ``place`` is (file, sheet, row) of the decision."""

    one: Who
    other: Who
    verdict: str
    place: tuple[str, str, int] = ("", "", 0)


class Register:
    """Firms by name and code, to find those that a decision speaks of."""

    def __init__(self, firms: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[tuple[str, str], list[int]] = {}
        self._loose: dict[tuple[str, str], list[int]] = {}
        for position, (shown, written) in enumerate(firms):
            name, code = Who(shown, written).key
            self._exact.setdefault((name, code), []).append(position)
            self._loose.setdefault((name, ""), []).append(position)
            self._loose.setdefault(("", code), []).append(position)

    def find(self, who: Who) -> int | None:
        """The one firm with this name and code; else the only one with the code, or, without a
        code, with the name."""
        name, code = who.key
        loose = ("", code) if code else (name, "")
        for found in (self._exact.get((name, code), []), self._loose.get(loose, [])):
            if len(found) == 1:
                return found[0]
        return None


def pairs(
    decisions: Sequence[Decision], register: Register
) -> Iterator[tuple[Decision, int | None, int | None]]:
    """Each decision with the positions of its firms, ``None`` for one not found."""
    for decision in decisions:
        yield decision, register.find(decision.one), register.find(decision.other)


class Groups:
    """Firms that are one (union and find). Each group has a leader, the firm whose name and
    code stay."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._leader: dict[int, int] = {}

    def first(self, firm: int) -> int:
        """The first firm of the group that ``firm`` belongs to."""
        while firm in self._first:
            firm = self._first[firm]
        return firm

    def leader(self, firm: int) -> int:
        """The leader of its group."""
        first = self.first(firm)
        return self._leader.get(first, first)

    def join(self, keep: int, drop: int) -> bool:
        """The two are one, led by the leader of ``keep``; False if they were one already."""
        leader = self.leader(keep)
        a, b = sorted((self.first(keep), self.first(drop)))
        if a == b:
            return False
        self._first[b] = a
        self._leader[a] = leader
        return True


def refuse_contradictions(
    found: Sequence[tuple[Decision, int | None, int | None]], groups: Groups
) -> None:
    """Raises UserError where two firms are decided different, and the same through others."""
    for decision, one, other in found:
        if decision.verdict != DIFFERENT or one is None or other is None:
            continue
        if groups.first(one) == groups.first(other):
            file, sheet, row = decision.place
            raise UserError(
                f"「{file}」〈{sheet}〉第 {row} 行：认定“{decision.one}”与“{decision.other}”不同，"
                "但别的行认定它们同一（直接或经过第三户）；请改正其中一行"
            )
