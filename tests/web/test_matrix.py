"""Who reaches what: every route of the addresses and of the interface's description, with every
method, for every kind of person, on an object of one's own, of others, and one that is gone."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, path, reverse
from django.utils import translation
from hypothesis import settings

from denggao.diagnosis.weekly.figures import FIRMS
from denggao.web.accounts.access import ANYONE, SIGNED_IN, permission_of
from denggao.web.accounts.models import User
from denggao.web.accounts.roles import ROLES
from denggao.web.api import interface
from denggao.web.ledger.models import Access, Enterprise, OrderedFile
from denggao.web.visits.models import Member
from tests.web.conftest import CHENGGUAN, LANZHOU, QILIHE
from tests.web.departments import DIGEST
from tests.web.fuzzing import filled_in, right_bodies
from tests.web.test_access import routes
from tests.web.worlds import World, build, rows_of

METHODS = ("get", "post", "put", "patch", "delete")
GONE = 10**9
#: The beginning of an address → the kind of object its number names. A department adds its own.
KINDS = {
    "enterprises/": "enterprise",
    "titles/": "title",
    "imports/": "import",
    "questions/": "question",
    "files/": "ordered file",
    "pool/": "run",
    "runs/": "run",
    "lists/": "frozen",
    "lists/frozen/": "frozen",
    "lists/reminders/": "reminder",
    "laws/own/": "own law",
    "batches/": "batch",
    "reviews/": "review",
    "recommendations/": "recommendation",
    "cases/": "case",
    "titles/notices/": "notice",
    "titles/notices/rows/": "notice row",
    "titles/events/": "title event",
    "visits/": "visit",
    "visits/new/": "enterprise",
    "visits/firms/": "enterprise",
    "visits/chains/": "enterprise",
    "visits/loads/": "region",
    "visits/members/": "member",
    "visits/tickets/": "ticket",
    "visits/experts/": "member",
    "visits/experts/rounds/": "round",
    "visits/experts/rows/": "proposal",
    "visits/experts/conflicts/": "interest",
    "visits/experts/firms/": "coaching",
    "visits/mine/": "enterprise",
    "tickets/": "ticket",
    "pay-runs/": "pay run",
    "money/runs/": "pay run",
    "money/objections/": "objection",
    "money/rows/": "pay row",
    "money/trials/": "trial",
    "money/payments/": "payment",
    "money/vouchers/": "voucher",
    "money/reliefs/": "relief",
    "board/goals/": "goal",
    "targets/": "goal",
    "targets/revisions/": "revision",
    "plans/": "plan",
    "plans/items/": "plan item",
    "reports/": "report",
    "tasks/": "task",
    "meetings/": "meeting",
    "supervision/reports/": "report",
    "supervision/tasks/": "task",
    "supervision/evidence/": "evidence",
    "supervision/meetings/": "meeting",
    "supervision/meetings/members/": "joint member",
    "supervision/decisions/": "decision",
}
#: Addresses with a key that is nobody's object, and why.
NOBODYS = {
    "api:law": "a number in the list of laws in force; drafts of others are not in it",
    "assessments:law": "the same",
    "manual:manual-chapter": "a chapter of the manual, for everybody",
    "visits:visit-missed": "the number 1 to 6 of a duty of one's own region",
    "visits:visit-book": "the number of a kind of workbook, of one's own region",
    "accounts:token-revoke": "one's own tokens alone; asked in test_tokens",
    "accounts:unit": "the system administrator's, of the whole installation",
    "accounts:person": "the same",
    "accounts:person-reset": "the same",
    "accounts:person-second": "the same",
    "accounts:role": "the security administrator's, of the whole installation",
}
#: These end the session or begin one.
ENTRY = ("accounts:logout", "accounts:login", "accounts:second-asked")


class Route(NamedTuple):
    """An address with a place for at most one object."""

    name: str
    pattern: URLPattern
    kind: str

    @property
    def is_api(self) -> bool:
        """Is it the interface's?"""
        return hasattr(self.pattern.callback, "permissions") or "openapi" in self.name

    @property
    def described(self) -> str:
        """Its address in the description."""
        return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(self.pattern.pattern))

    def needed(self, method: str) -> str:
        """The permission that the map names."""
        return permission_of(self.pattern.callback, method.upper())

    def at(self, key: int | str) -> str:
        """The address of this object."""
        filled: dict[str, Any] = dict.fromkeys(self.pattern.pattern.converters, key)
        others = _OTHERS | _OF_ROUTE.get(self.name, {})
        filled |= {k: v for k, v in others.items() if k in filled}
        return reverse(self.name, kwargs=filled)


_OTHERS = {"fact": "staff", "year": 2025, "kind": "report", "ending": "docx", "number": 0}
_OF_ROUTE: dict[str, dict[str, Any]] = {
    "money:run-export": {"kind": "finance"},
    "money:run-text": {"digest": DIGEST},
    "money:run-voucher-step": {"code": "contract"},
}


@functools.cache
def bodies() -> dict[str, dict[str, Any]]:
    """What each change of the interface takes: so that only the object is wrong."""
    return right_bodies(interface.schema())


#: What an address must be asked besides the object, else it is 404 for everybody.
_SAID: dict[str, dict[str, Any]] = {
    "ledger:question": {"verdict": "new"},
    "visits:visit-round-row": {"expert": "none"},
    "supervision:reports-figure": {"id": FIRMS},
}


def all_routes() -> list[Route]:
    """Of the application in use."""
    found = []
    for name, pattern in routes():
        address = str(pattern.pattern).removeprefix("api/")
        kinds = [kind for begin, kind in KINDS.items() if address.startswith(f"{begin}<")]
        has_object = bool(pattern.pattern.converters) and name not in NOBODYS
        found.append(Route(name, pattern, kinds[0] if kinds and has_object else ""))
    return found


class Person(NamedTuple):
    """Somebody with a client, and what the roles allow; ``user`` None: not signed in."""

    code: str
    user: User | None
    client: Client


@pytest.fixture
def worlds(make_user: Callable[..., User]) -> tuple[World, World]:
    """Of 城关区, and of 七里河区, which nobody of 城关区 may see."""
    own = build(CHENGGUAN, "自家标记MNZJWXQK", make_user("maker", "clerk"))
    foreign = build(QILIHE, "别家标记MNBJWXQK", make_user("other-maker", "clerk", region=QILIHE))
    return own, foreign


@pytest.fixture
def crowd(
    everybody: dict[str, User], worlds: tuple[World, World], sign_in: Callable[[User], Client]
) -> list[Person]:
    """Nobody, one of each role in 城关区, and one without roles: eleven."""
    firm = Enterprise.objects.get(pk=worlds[0].keys["enterprise"])
    for code in ("company", "expert"):
        Access.objects.create(enterprise=firm, user=everybody[code])
    nobody = User(username="noroles", name="无角色", roles=[], must_change_password=False)
    nobody.set_password("Right-Password-1")
    nobody.save()
    people = [Person(code, user, sign_in(user)) for code, user in everybody.items()]
    return [Person("nobody", None, Client()), Person("noroles", nobody, sign_in(nobody)), *people]


def asked(person: Person, route: Route, method: str, key: int | str) -> Any:
    """One cell."""
    send = getattr(person.client, method)
    if route.is_api and method != "get":
        said = {"law": ""} if route.name == "api:what_if" else {}
        body = bodies().get(route.described, {}) | said
        return send(route.at(key), data=json.dumps(body), content_type="application/json")
    return send(route.at(key), _SAID.get(route.name) if method in ("get", "post") else None)


def allowed(person: Person, needed: str) -> bool:
    """By the map."""
    return needed in (ANYONE, SIGNED_IN) or needed in person.user.permissions  # type: ignore[union-attr]


def check(person: Person, route: Route, method: str, key: int | str) -> Any:
    """One cell, its answer. A stranger is sent to the log-in or told 401; whoever lacks the
    permission 403; nobody else is; nothing breaks."""
    needed, answer = route.needed(method), asked(person, route, method, key)
    cell = (route.name, method, person.code, answer.status_code)
    assert answer.status_code < 500, cell
    if needed == ANYONE:
        return answer
    if person.user is None:
        assert answer.status_code == (401 if route.is_api else 302), cell
        assert route.is_api or answer.url.startswith("/login/"), cell
        return answer
    assert (answer.status_code == 403) == (not allowed(person, needed)), cell
    if route.is_api and answer.status_code >= 400:
        assert set(answer.json()) == {"status", "code", "message", "fields"}, cell
    declared = getattr(route.pattern.callback, "permissions", None)
    if declared is not None and method.upper() not in declared:
        assert answer.status_code == 405, cell
    return answer


def test_routes_and_description_are_the_same() -> None:
    """What is described is there, under the permission that it says, and the other way round."""
    described = {
        (address, method.upper()): told["x-permission"]
        for address, methods in interface.schema()["paths"].items()
        for method, told in methods.items()
    }
    there = {}
    for name, pattern in routes():
        for method, needed in getattr(pattern.callback, "permissions", {}).items():
            filled = dict.fromkeys(pattern.pattern.converters, 7) | {
                k: v for k, v in _OTHERS.items() if k in pattern.pattern.converters
            }
            there[name, method] = (reverse(name, kwargs=filled), needed)
    assert len(there) == len(described) >= 40
    for (address, method), needed in described.items():
        assert (filled_in(address, 7), needed) in [
            told for (_, m), told in there.items() if m == method
        ]


def test_every_route_every_method_every_person(
    crowd: list[Person], worlds: tuple[World, World]
) -> None:
    """On an object that is gone, or none; and no answer speaks of the other district. Every day
    all people read, and write in turn; with ``--hypothesis-profile=thorough`` all do all."""
    cells, found = 0, [r for r in all_routes() if r.name not in ENTRY]
    thorough = settings.default.max_examples > 100
    for number, route in enumerate(found):
        for place, method in enumerate(METHODS):
            turns = (0, 3, 6, 9) if method == "post" else (0,)
            some = [crowd[(number + place * 3 + shift) % len(crowd)] for shift in turns]
            for person in crowd if thorough or method == "get" else some:
                told = check(person, route, method, GONE).content.decode(errors="replace")
                assert "别家标记" not in told, (route.name, method, person.code)
                cells += 1
    assert cells >= len(found) * (55 if thorough else 18)
    assert len(crowd) >= 9


def leaks(crowd: list[Person], foreign: World, found: list[Route]) -> Iterator[tuple[str, str]]:
    """(route, what was wrong) for objects of others: only 404, and nothing of the object in it.
    Asked by all who have the permission (the others are refused above), and one who has not."""
    with translation.override("zh-hans"):
        for number, route in enumerate(found):
            if not route.kind or route.name == "assessments:law-own":
                continue
            for method in ("get", "post"):
                needed = route.needed(method)
                people = [person for person in crowd if person.user is not None]
                some = [person for person in people if allowed(person, needed)]
                if needed == SIGNED_IN:  # a method that the interface does not have
                    some = some[number % len(some) :][:2]
                rest = [person for person in people if person not in some]
                for person in [*some, *rest[number % max(1, len(rest)) :][:1]]:
                    answer = asked(person, route, method, foreign.keys[route.kind])
                    told = answer.content.decode(errors="replace") + str(dict(answer.items()))
                    right = {404, 405} if allowed(person, needed) else {403}
                    if answer.status_code not in right:
                        yield route.name, f"{method} {person.code} {answer.status_code}"
                    if "别家标记" in told or "mnbjwxqk" in told.lower():
                        yield route.name, f"{method} {person.code} canary"


def unasked(found: list[Route]) -> list[str]:
    """Addresses with a key that no world has an object for, and that are not nobody's."""
    keyed = [route for route in found if route.pattern.pattern.converters]
    return [route.name for route in keyed if not route.kind and route.name not in NOBODYS]


def test_every_address_with_a_key_is_asked(worlds: tuple[World, World]) -> None:
    found = all_routes()
    assert unasked(found) == []
    assert NOBODYS.keys() <= {route.name for route in found}
    assert {route.kind for route in found} - {""} <= worlds[1].keys.keys()
    pattern = path("planted/<int:pk>/", lambda request, pk: None, name="planted")
    assert unasked([Route("planted", pattern, "")]) == ["planted"]


def test_objects_of_others_are_not_there(crowd: list[Person], worlds: tuple[World, World]) -> None:
    before = rows_of(worlds[1])
    assert sum(len(rows) for rows in before) >= 60  # type: ignore[arg-type]
    found = all_routes()
    assert len([r for r in found if r.kind]) >= 120
    assert list(leaks(crowd, worlds[1], found)) == []
    assert rows_of(worlds[1]) == before


@pytest.mark.urls("tests.web.matrix_urls")
def test_planted_leaks_are_found(crowd: list[Person], worlds: tuple[World, World]) -> None:
    found = [r for r in all_routes() if r.name in ("leak", "leaky")]
    seen = {name for name, _ in leaks(crowd, worlds[1], found)}
    assert seen == {"leak", "leaky"}


def reached(route: Route, crowd: list[Person], own: World) -> Any:
    """What one of the region who may has of an own object, reading; where it is only changed,
    by a change, which is taken back."""
    some = [p for p in crowd if p.code in ("clerk", "head", "leader", "partner", "expert")]
    for method in ("get", "post"):
        for person in some:
            needed = route.needed(method)
            if needed != SIGNED_IN and allowed(person, needed):
                with transaction.atomic():
                    answer = check(person, route, method, own.keys[route.kind])
                    transaction.set_rollback(True)
                if answer.status_code not in (404, 405):
                    return answer
    return None


def test_objects_of_ones_own_are_there(crowd: list[Person], worlds: tuple[World, World]) -> None:
    """Else the test above would hold for an application that shows nothing."""
    own, seen, missing = worlds[0], 0, []
    by_code = {person.code: person.user for person in crowd}
    OrderedFile.objects.update(user=by_code["clerk"])
    Member.objects.filter(pk=own.keys["member"]).update(user=by_code["expert"])
    for route in all_routes():
        if not route.kind:
            continue
        for person in (one for one in crowd if one.code in ("nobody", "company")):
            check(person, route, "get", own.keys[route.kind])
        answer = reached(route, crowd, own)
        if answer is None:
            missing.append(route.name)
        else:
            seen += "自家标记" in answer.content.decode(errors="replace")
    assert missing == [], " ".join(missing)
    assert seen >= 40


def test_a_city_sees_its_districts(
    worlds: tuple[World, World], make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    client = sign_in(make_user("city", "head", region=LANZHOU))
    total = client.get("/api/enterprises").json()["total"]
    assert total == Enterprise.objects.count() == 2


def test_roles_are_all_in_the_crowd(crowd: list[Person]) -> None:
    assert ROLES.keys() <= {person.code for person in crowd}
