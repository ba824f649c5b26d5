"""The evidence of a sentence about one firm of a ledger: article, file, sheet and cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from denggao.documents import wording as w
from denggao.documents.papers.paper import Note
from denggao.facts.enterprise import key_of
from denggao.facts.ledger import Ledger
from denggao.facts.problems import place
from denggao.facts.titles import Title
from denggao.rules.nodes import Instrument

_TITLE_PARTS = ("valid_to", "issued_on", "number", "kind")


class Evidence:
    """What the ledger has to show for the facts of one firm, under one law. ``assumed``: facts
    that were taken to be as another one, by key."""

    def __init__(
        self,
        ledger: Ledger,
        firm: int,
        law: Instrument,
        assumed: Mapping[str, str] | None = None,
    ) -> None:
        self.ledger, self.firm, self.law = ledger, firm, law
        self.assumed = assumed or {}

    def note(self, article: str, keys: Iterable[str] = (), *more: str) -> Note:
        """The article, the cells that these facts were read from, and what nobody stated."""
        cells: dict[tuple[str, str], list[str]] = {}
        missing, supposed = [], []
        for key in dict.fromkeys(keys):
            if key in self.assumed:
                supposed.append(f"{w.fact_words(key)}假设同{w.fact_words(self.assumed[key])}")
            found = list(self._cells(self.assumed.get(key, key)))
            for file, sheet, cell in found:
                cells.setdefault((file, sheet), []).append(cell)
            if not found:
                missing.append(w.fact_words(key))
        told = [f"台账未填：{'、'.join(missing)}"] if missing else []
        places = (
            f"{place(file, sheet, 0, '')}{'、'.join(dict.fromkeys(found))}"
            for (file, sheet), found in cells.items()
        )
        return Note(article, tuple(places), (*supposed, *told, *filter(None, more)))

    def identity(self, article: str) -> Note:
        """The article, and the row in which the firm stands."""
        file, sheet, row = self.ledger.places[self.firm]
        return Note(article, (place(file, sheet, row, ""),))

    def _cells(self, key: str) -> Iterator[tuple[str, str, str]]:
        """(file, sheet, cell and what it states) of a fact, or of the facts it derives from."""
        code, _, year = key.partition("@")
        if code == "titles":
            yield from self._titles()
            return
        stated = self._cell(key)
        if stated is not None:
            yield stated
            return
        for part in sorted(self.law.components.get(code, ())):
            found = self._cell(key_of(part, int(year) if year else None))
            if found is not None:
                yield found

    def _cell(self, key: str) -> tuple[str, str, str] | None:
        at = self.ledger.source_of(key, self.firm)
        if at is not None:
            return at.file, at.sheet, f"{at.cell}（{w.fact_words(key)}）"
        column = self.ledger.columns.get(key)
        known = column is not None and column[self.firm] is not None
        bounds = (self.ledger.columns.get(f"{key}{side}") for side in (".lo", ".hi"))
        known = known or any(c is not None and c[self.firm] is not None for c in bounds)
        if not known or key not in self.ledger.sources:
            return None
        file, sheet, letter, head = self.ledger.sources[key]  # a file that keeps no cells
        row = self.ledger.places[self.firm][2]
        return file, sheet, f"第 {row} 行{letter and f' {letter} 列'}（{head}）"

    def _titles(self) -> Iterator[tuple[str, str, str]]:
        held = self.ledger.columns.get("titles")
        for title in (held[self.firm] if held else None) or ():
            for part in _TITLE_PARTS:
                at = self._title_cell(title, part)
                if at is not None:
                    yield at
                    break

    def _title_cell(self, title: Title, part: str) -> tuple[str, str, str] | None:
        origins = self.ledger.origins
        at = origins.of_title(self.firm, title, part) if origins else None
        return (at.file, at.sheet, f"{at.cell}（{title.kind}{at.head}）") if at else None

    # ---- the firm in words

    @property
    def identity_text(self) -> str:
        return self.ledger.identity[self.firm]

    @property
    def name(self) -> str:
        names = self.ledger.columns.get("name")
        return (names[self.firm] if names else None) or self.identity_text

    def rows(self) -> set[tuple[str, str, int]]:
        """Every row (file, sheet, number) that something about the firm was read from."""
        rows = {self.ledger.places[self.firm]}
        for key in self.ledger.columns:
            if "." in key or key == "titles":  # bounds of another column; many rows
                continue
            at = self.ledger.source_of(key, self.firm)
            if at is not None:
                rows.add((at.file, at.sheet, at.row))
        return rows


def problems_by_row(ledger: Ledger) -> dict[tuple[str, str, int], list[str]]:
    """(file, sheet, row) → what is wrong with its cells, for a person."""
    found: dict[tuple[str, str, int], list[str]] = {}
    for problem in ledger.problems:
        if not problem.is_notice and problem.row:
            place_ = (problem.file, problem.sheet, problem.row)
            found.setdefault(place_, []).append(str(problem))
    return found
