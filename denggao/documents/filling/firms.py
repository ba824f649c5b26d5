"""The firms of a ledger, found by the code or the name that a form gives."""

from __future__ import annotations

from denggao.facts.errors import UserError
from denggao.facts.identity import looks_like_code, normal_code, normal_name
from denggao.facts.ledger import Ledger


class Roll:
    """Finds a firm by credit code first, then by its exact name; never guesses."""

    def __init__(self, ledger: Ledger) -> None:
        self._names = ledger.columns.get("name") or [None] * len(ledger)
        self._identity = ledger.identity
        self._codes = ledger.columns.get("uscc") or [None] * len(ledger)
        self._by_code = {code: firm for firm, code in enumerate(self._codes) if code}
        self._by_name: dict[str, list[int]] = {}
        for firm, name in enumerate(self._names):
            if name:
                self._by_name.setdefault(normal_name(name), []).append(firm)
        self._by_identity = {text: firm for firm, text in enumerate(self._identity)}

    def name(self, firm: int) -> str:
        return self._names[firm] or self._identity[firm]

    def code(self, firm: int) -> str:
        """The credit code, else what else identifies the firm."""
        return self._codes[firm] or self._identity[firm]

    def find(self, code: str, name: str) -> tuple[int | None, str]:
        """(the firm, "") or (``None``, why it cannot be told)."""
        number = normal_code(code)
        if looks_like_code(number):
            firm = self._by_code.get(number)
            if firm is not None:
                return firm, ""
        found = self._by_name.get(normal_name(name), []) if name else []
        if len(found) > 1:
            return None, "台账里有几户同名企业，请写明信用代码"
        if found:
            known = looks_like_code(number) and any(
                firm == found[0] for firm in self._by_code.values()
            )
            if known:
                return None, "台账里同名企业的信用代码与这里的不同，请核对"
            return found[0], ""
        firm = self._by_identity.get(name or code)
        return (firm, "") if firm is not None else (None, "台账中没有这户企业")

    def chosen(self, names: list[str]) -> list[int]:
        """The firms named by the user. Raises UserError for one that is not there."""
        firms = []
        for name in names:
            firm, why = self.find(name, name)
            if firm is None:
                raise UserError(f"--firm “{name}”：{why}")
            firms.append(firm)
        return list(dict.fromkeys(firms))
