"""Which rows speak of the same firm: by credit code first, by exact name only when no code
contradicts it. Nothing ambiguous merges by itself."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Firms:
    """Firms in the order of their first appearance; a firm is its position."""

    identity: list[str] = field(default_factory=list)
    _by_code: dict[str, int] = field(default_factory=dict)
    _by_name: dict[str, int] = field(default_factory=dict)
    _without_code: dict[str, int] = field(default_factory=dict)
    _ambiguous: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.identity)

    def find(self, code: str | None, name: str | None, shown: str) -> tuple[int, str]:
        """The firm of a row, new if need be, and "" or what is doubtful about it
        ("two_codes", "ambiguous_name"). ``name`` is in normal form, ``shown`` as written."""
        if code:
            firm = self._by_code.get(code)
            return (firm, "") if firm is not None else self._by_new_code(code, name)
        assert name is not None
        firm = self._without_code.get(name)
        if firm is not None:
            return firm, ""
        if name in self._ambiguous:
            return self._new_without_code(name, shown), "ambiguous_name"
        firm = self._by_name.get(name)
        if firm is not None:
            return firm, ""
        return self._new_without_code(name, shown), ""

    def _by_new_code(self, code: str, name: str | None) -> tuple[int, str]:
        if name is None:
            return self._new(code, code), ""
        firm = self._without_code.pop(name, None)
        if firm is not None and name not in self._ambiguous:
            self._by_code[code] = firm
            self.identity[firm] = code
            return firm, ""
        firm = self._new(code, code)
        if self._by_name.setdefault(name, firm) != firm:
            self._ambiguous.add(name)
            return firm, "two_codes"
        return firm, ""

    def _new(self, code: str, shown: str) -> int:
        firm = len(self.identity)
        self.identity.append(shown)
        self._by_code[code] = firm
        return firm

    def _new_without_code(self, name: str, shown: str) -> int:
        firm = len(self.identity)
        self.identity.append(shown)
        self._without_code[name] = firm
        self._by_name.setdefault(name, firm)
        return firm
