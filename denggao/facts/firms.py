"""Which rows speak of the same firm: by credit code first, by exact name only when no code
contradicts it. Nothing ambiguous merges by itself: one name with two codes is two firms, and so
is one code with two names that are not the same name written differently. Where a code is
missing, one name in two districts or with two founding days is two firms, too."""

from __future__ import annotations

from dataclasses import dataclass, field

from denggao.facts.traits import Traits

#: One code beside more names than this is a slip all along: comparing each with each would take
#: the square of their number, so further names are their own firms unless they are equal.
_MOST_NAMES = 20


@dataclass
class Firms:
    """Firms in the order of their first appearance; a firm is its position. ``names`` in normal
    form, ``None`` while only a code is known. ``same``: pairs that a later row showed to be one."""

    identity: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    same: list[tuple[int, int]] = field(default_factory=list)
    _by_code: dict[str, int] = field(default_factory=dict)
    _by_name: dict[str, int] = field(default_factory=dict)
    _without_code: dict[str, int] = field(default_factory=dict)
    _ambiguous: set[str] = field(default_factory=set)
    _more_names: dict[str, list[int]] = field(default_factory=dict)
    _beside_code: dict[tuple[str, str], int] = field(default_factory=dict)
    _only_code: dict[str, int] = field(default_factory=dict)
    _traits: dict[int, Traits] = field(default_factory=dict)
    _apart: dict[str, list[int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.identity)

    def find(
        self,
        code: str | None,
        name: str | None,
        shown: str,
        year: int = 0,
        traits: Traits | None = None,
    ) -> tuple[int, str]:
        """The firm of a row, new if need be, and "" or what is doubtful about it ("two_codes",
        "two_names", "ambiguous_name", "ambiguous_code", "differing_name"). ``name`` is in normal
        form, ``shown`` as written; rows of a fiscal ``year`` may give a firm the name that it had
        then. ``traits``: what else the row says."""
        firm, doubt = self._find(code, name, shown, year, traits)
        if traits is not None:
            known = self._traits.get(firm)
            self._traits[firm] = traits if known is None else known.filled(traits)
        return firm, doubt

    def _find(
        self, code: str | None, name: str | None, shown: str, year: int, traits: Traits | None
    ) -> tuple[int, str]:
        if code:
            firm = self._by_code.get(code)
            if firm is None:
                return self._by_new_code(code, name, traits)
            if name == self.names[firm] or year:
                return firm, ""
            return self._by_known_code(firm, code, name, shown)
        assert name is not None
        if name in self._apart:
            return self._one_apart(name, shown, traits)
        firm = self._without_code.get(name)
        if firm is not None:
            return (firm, "") if not self._differs(firm, traits) else self._part(firm, name, shown)
        if name in self._ambiguous:
            return self._new_without_code(name, shown), "ambiguous_name"
        firm = self._by_name.get(name)
        if firm is not None:
            return (firm, "") if not self._differs(firm, traits) else self._part(firm, name, shown)
        return self._new_without_code(name, shown), ""

    # --- one name, two firms ---------------------------------------------------------------

    def _differs(self, firm: int, traits: Traits | None) -> bool:
        known = self._traits.get(firm)
        return traits is not None and known is not None and traits.differs(known)

    def _part(self, firm: int, name: str, shown: str) -> tuple[int, str]:
        """A new firm beside the one that has this name: neither is the name's only one."""
        self._without_code.pop(name, None)
        self._ambiguous.add(name)
        other = self._append(shown, name)
        self._apart.setdefault(name, [firm]).append(other)
        return other, "differing_name"

    def _one_apart(self, name: str, shown: str, traits: Traits | None) -> tuple[int, str]:
        """A further row of such a name is the one firm that it agrees with, or a new one."""
        known = [(firm, self._traits.get(firm)) for firm in self._apart[name]]
        same = [firm for firm, its in known if traits and its and traits.agrees(its)]
        if len(same) == 1:
            return same[0], ""
        return self._part(self._apart[name][0], name, shown)

    # --- codes -----------------------------------------------------------------------------

    def _by_new_code(self, code: str, name: str | None, traits: Traits | None) -> tuple[int, str]:
        if name is None:
            return self._new(code, None), ""
        codeless = self._without_code.get(name)
        if name in self._apart or (codeless is not None and self._differs(codeless, traits)):
            first = self._apart[name][0] if codeless is None else codeless
            self._by_code[code], doubt = self._part(first, name, code)
            return self._by_code[code], doubt
        firm = None if name in self._ambiguous else self._without_code.pop(name, None)
        if firm is not None:
            self._by_code[code] = firm
            self.identity[firm] = code
            return firm, ""
        firm = self._new(code, name)
        if self._by_name.setdefault(name, firm) != firm:
            self._ambiguous.add(name)
            return firm, "two_codes"
        return firm, ""

    def _by_known_code(self, firm: int, code: str, name: str | None, shown: str) -> tuple[int, str]:
        """The code has been seen beside another name, or beside none."""
        from denggao.facts.names import same_name

        others = self._more_names.get(code, [])
        if name is None:
            return self._with_code_alone(firm, code) if others else (firm, "")
        known = self.names[firm]
        if known is None:
            self.names[firm] = name
            return self._also_called(firm, name), ""
        if (code, name) in self._beside_code:
            return self._also_called(self._beside_code[code, name], name), ""
        for one in (firm, *others[:_MOST_NAMES]):
            if self.names[one] == name or same_name(self.names[one] or "", name):
                return self._also_called(one, name), ""
        other = None if name in self._ambiguous else self._without_code.pop(name, None)
        if other is None:
            other = self._append(shown, name)
            if self._by_name.setdefault(name, other) != other:
                self._ambiguous.add(name)
        self._more_names.setdefault(code, []).append(other)
        self._beside_code[code, name] = other
        return other, "two_names"

    def _also_called(self, firm: int, name: str) -> int:
        """``firm``, now known under ``name`` too; a firm that has only this name is the same."""
        if self._by_name.setdefault(name, firm) != firm and name not in self._ambiguous:
            codeless = self._without_code.pop(name, None)
            if codeless is None or self._differs(codeless, self._traits.get(firm)):
                self._ambiguous.add(name)
            else:
                self.same.append((firm, codeless))
                self._by_name[name] = firm
        return firm

    def _with_code_alone(self, firm: int, code: str) -> tuple[int, str]:
        """No name in the row, and the code belongs to several."""
        if code not in self._only_code:
            self._only_code[code] = self._append(f"{code}（没有名称）", None)
        return self._only_code[code], "ambiguous_code"

    def _new(self, code: str, name: str | None) -> int:
        self._by_code[code] = self._append(code, name)
        return self._by_code[code]

    def _new_without_code(self, name: str, shown: str) -> int:
        firm = self._append(shown, name)
        self._without_code[name] = firm
        self._by_name.setdefault(name, firm)
        return firm

    def _append(self, shown: str, name: str | None) -> int:
        self.identity.append(shown)
        self.names.append(name)
        return len(self.identity) - 1
