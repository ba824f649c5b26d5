"""Certificates of a firm from several rows: what agrees comes together, what does not is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from denggao.facts.problems import Finding
from denggao.facts.titles import Title

#: (what is wrong, the value it is wrong with)
Report = Callable[[Finding, object], None]


@dataclass
class TitleStore:
    """The certificates told of so far, by firm. A row is known by its running number."""

    of_firm: dict[int, tuple[Title, ...]] = field(default_factory=dict)
    _rows: dict[tuple[int, Title], int] = field(default_factory=dict)
    _differing: set[tuple[int, str, str | None]] = field(default_factory=set)

    def add(
        self, firm: int, held: tuple[Title, ...], row: int, place: Callable[[int], str],
        report: Report,
    ) -> bool:  # fmt: skip
        """Take what one row says; ``place`` says where a row stands. False where some of it
        contradicts itself or another row: then the dates in question are not known."""
        known, clean = self.of_firm.get(firm, ()), True
        for title in held:
            clean &= not title.is_backwards
            if title in known or (firm, title.kind, title.number) in self._differing:
                continue
            same = next((t for t in known if _is_same(t, title)), None)
            if same is None or same.valid_to == title.valid_to:
                known = (*known, title)
                self._rows[firm, title] = row
                continue
            whole = _together(same, title)
            if whole is None:
                clean = False
                self._differing.add((firm, title.kind, title.number))
                where = place(self._rows[firm, same])
                report(_two_ends(same, where), title.valid_to)
                whole = replace(same, valid_to=None)
            elif whole.is_backwards:
                clean = False
                report(_backwards(whole, place(self._rows[firm, same])), whole.valid_to)
            known = tuple(whole if t is same else t for t in known)
            self._rows[firm, whole] = row
        self.of_firm[firm] = known
        return clean

    def told(self, firm: int, row: int) -> list[Title]:
        """The certificates as this row left them."""
        return [t for t in self.of_firm.get(firm, ()) if self._rows[firm, t] == row]

    def join(self, keep: int, drop: int) -> None:
        """Two firms turned out to be one."""
        for title in self.of_firm.get(drop, ()):
            known = self.of_firm.get(keep, ())
            if title not in known:
                self.of_firm[keep] = (*known, title)
        if drop in self.of_firm:
            self.of_firm.setdefault(keep, ())

    def renumber(self, kept: Mapping[int, int]) -> None:
        """The firms that are left, by their old numbers, have new ones."""
        self.of_firm = {kept[old]: t for old, t in self.of_firm.items() if old in kept}


def _is_same(one: Title, other: Title) -> bool:
    """The same paper: one number, and nothing of it has to do with a cancellation."""
    if not one.number or (one.kind, one.number) != (other.kind, other.number):
        return False
    return not (one.event or other.event or one.cancelled_on or other.cancelled_on)


def _together(one: Title, other: Title) -> Title | None:
    """What one row leaves out the other may say; ``None`` where they say otherwise."""
    if one.valid_to is not None and other.valid_to is not None:
        return None
    whole, part = (one, other) if one.valid_to is not None else (other, one)
    return replace(whole, issued_on=whole.issued_on or part.issued_on)


def _backwards(title: Title, where: str) -> Finding:
    advice = (
        f"早于发证日期（{title.issued_on}；同一张证书的另一行在{where}），"
        "两个日期都不用；请核对哪一个写错了"
    )
    return Finding("title_backwards", "不早于发证日期的日期", advice)


def _two_ends(title: Title, where: str) -> Finding:
    advice = f"同一张证书另有有效期至“{title.valid_to}”，在{where}；两个都不用，请核对后只留一个"
    return Finding("title_twice", "唯一的有效期至", advice)
