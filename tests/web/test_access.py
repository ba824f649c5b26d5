"""Default deny, the permission map, the matrix of roles and pages, and row scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db.models import Q
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from denggao.web.accounts.access import ANYONE, SIGNED_IN, permission_of
from denggao.web.accounts.models import AuditRow, Region, User
from denggao.web.accounts.permissions import PERMISSIONS
from denggao.web.accounts.regions import COUNTRY
from denggao.web.accounts.roles import ROLES, fault
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.enterprise import within
from tests.web.conftest import CHENGGUAN, HIGH_TECH, LANZHOU, QILIHE

OPEN = {ANYONE, SIGNED_IN}


def routes(resolver: URLResolver | None = None, name: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(name, pattern) of every page."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{name}{entry.namespace}:" if entry.namespace else name
            yield from routes(entry, inner)
        else:
            yield name + (entry.name or ""), entry


def undeclared(found: Iterator[tuple[str, URLPattern]]) -> list[str]:
    known = OPEN | PERMISSIONS.keys()
    return [n for n, p in found if not set(needs(p.callback)) <= known]


def needs(view: Callable[..., object]) -> list[str]:
    """What the view has declared, of the interface for each of its methods."""
    return list(getattr(view, "permissions", {"": permission_of(view)}).values())


def test_every_view_has_declared_its_permission() -> None:
    found = list(routes())
    assert len(found) >= 15
    assert undeclared(iter(found)) == []


def test_a_view_without_permission_would_be_seen() -> None:
    planted = [("planted", path("planted/", lambda request: None, name="planted"))]
    assert undeclared(iter(planted)) == ["planted"]


@pytest.mark.urls("tests.web.planted_urls")
def test_a_view_without_permission_is_refused(clerk: User, sign_in: Callable[..., Client]) -> None:
    answer = sign_in(clerk).get("/planted/")
    assert answer.status_code == 403
    assert "没有登记权限" in answer.content.decode()


def test_every_permission_is_used_by_a_role() -> None:
    used = frozenset().union(*(role.permissions for role in ROLES.values()))
    assert used == PERMISSIONS.keys()


def test_the_three_administrators_share_nothing_and_decide_nothing() -> None:
    three = [role for role in ROLES.values() if role.administrator]
    assert len(three) == 3
    for number, one in enumerate(three):
        for other in three[number + 1 :]:
            assert not one.permissions & other.permissions
        assert not {p for p in one.permissions if "approve" in p or p.startswith("money")}
    assert all("edit" not in p and "manage" not in p for p in ROLES["audit"].permissions)


def test_nobody_is_two_administrators() -> None:
    assert "互相监督" in fault(["system", "audit"], separated=False)
    assert fault(["system", "head"], separated=False) == ""
    assert "三员分立" in fault(["system", "head"], separated=True)
    assert "没有角色" in fault(["king"], separated=False)


def test_a_refusal_is_in_the_audit(clerk: User, sign_in: Callable[..., Client]) -> None:
    assert sign_in(clerk).get(reverse("accounts:audit")).status_code == 403
    row = AuditRow.objects.get(action="越权访问被拒")
    assert (row.user, row.done, row.new["permission"]) == (clerk, False, "audit.view")


# --- rows ----------------------------------------------------------------------------------------


def test_a_firm_in_a_zone_counts_once(
    make_user: Callable[..., User], make_firm: Callable[..., Enterprise]
) -> None:
    firm = make_firm("模拟甲", CHENGGUAN, HIGH_TECH)
    make_firm("模拟乙", QILIHE)
    city, zone, district, other = (
        make_user(f"c{code}", "clerk", region=code)
        for code in (LANZHOU, HIGH_TECH, CHENGGUAN, QILIHE)
    )
    assert Enterprise.objects.for_user(city).count() == 2
    for user in (zone, district):
        assert list(Enterprise.objects.for_user(user)) == [firm]
    assert [str(one) for one in Enterprise.objects.for_user(other)] == ["模拟乙"]


def test_the_whole_country_holds_every_firm_however_it_is_asked(
    make_firm: Callable[..., Enterprise],
) -> None:
    made = [make_firm("模拟甲", CHENGGUAN), make_firm("模拟乙", QILIHE, HIGH_TECH)]
    country = Region.objects.get(code=COUNTRY)
    for asked in (within(country), within(country) | Q(pk__in=[]), within(country) & Q(pk__gt=0)):
        assert list(Enterprise.objects.filter(asked)) == made


def test_administrators_see_no_firm(
    everybody: dict[str, User], make_firm: Callable[..., Enterprise]
) -> None:
    make_firm("模拟甲")
    for code, role in ROLES.items():
        seen = Enterprise.objects.for_user(everybody[code]).count()
        assert seen == (1 if role.scope == "region" else 0), code


def test_htmx_is_told_to_open_the_login_page(rf: RequestFactory) -> None:
    answer = Client().get(reverse("ledger:enterprises"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
