"""Who a row of a list is: an enterprise of the ledger, a credit code, or nobody we know."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from denggao.facts.identity import code_fault, normal_code, normal_name
from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Enterprise, FormerName
from denggao.web.ledger.models.enterprise import within


@dataclass(frozen=True, slots=True)
class Holder:
    """``key`` tells firms apart for good; "" where neither the ledger nor a code does: such a
    row is computed and shown, and cannot be granted."""

    key: str
    enterprise: int | None
    code: str


class Holders:
    """The firms of a region, found by code, else by a name that only one of them has or had."""

    def __init__(self, region: Region) -> None:
        firms = Enterprise.objects.filter(within(region), withdrawn=False)
        self._code: dict[int, str] = {}
        self._by_code: dict[str, int] = {}
        self._by_name: defaultdict[str, set[int]] = defaultdict(set)
        for pk, code, name in firms.values_list("pk", "uscc", "name_key"):
            self._code[pk] = code or ""
            self._by_name[name].add(pk)
            if code:
                self._by_code[code] = pk
        former = FormerName.objects.filter(within(region, "enterprise__"))
        for pk, name in former.values_list("enterprise_id", "name_key"):
            if pk in self._code:
                self._by_name[name].add(pk)

    def of(self, code: str, name: str) -> Holder:
        """Who it is. A code that the ledger has under another firm than the name wins over it;
        a name whose firm has another code is another firm."""
        told = normal_code(code) if code else ""
        pk = self._by_code.get(told) if told else None
        if pk is None:
            found = self._by_name.get(normal_name(name), set()) if name else set()
            fitting = [one for one in found if not told or self._code[one] in ("", told)]
            pk = fitting[0] if len(fitting) == 1 else None
        if pk is None:
            sure = told if told and not code_fault(told) else ""
            return Holder(sure, None, told)
        return self.known(pk, told)

    def known(self, pk: int, code: str = "") -> Holder:
        """An enterprise of the ledger."""
        own = self._code.get(pk, "") or (code if code and not code_fault(code) else "")
        return Holder(own or f"#{pk}", pk, own)
