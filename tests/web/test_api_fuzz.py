"""The interface is asked whatever its description lets one ask, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import given, settings
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.pytest.lazy import get_all_tests

from denggao.web.accounts import tokens
from denggao.web.accounts.access import SIGNED_IN
from denggao.web.accounts.models import User
from denggao.web.accounts.roles import ROLES
from denggao.web.api import interface
from tests.web.conftest import CHENGGUAN
from tests.web.fuzzing import NASTY, NUMBERS, described, example, few, filled_in
from tests.web.test_matrix import KINDS
from tests.web.worlds import World, build

#: Every day each operation is asked by somebody who may; the thorough profile adds the others,
#: who are refused (that they are, always, is what test_matrix.py proves).
PEOPLE = ("head", "system", "security", "audit", "company", "clerk", "leader", "partner", "expert")
ASKING = ("may", *PEOPLE) if settings.default.max_examples > 100 else ("may",)


@pytest.fixture(autouse=True)
def connection_kept() -> Iterator[None]:
    """As Django's own client does: the end of a request does not close the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(make_user: Callable[..., User]) -> World:
    return build(CHENGGUAN, "标记", make_user("maker", "clerk"))


@pytest.fixture
def headers(make_user: Callable[..., User]) -> Callable[[str, str], dict[str, str]]:
    """Of a person of this role; of one who may do what needs the permission."""
    made: dict[str, dict[str, str]] = {}

    def of(code: str, permission: str) -> dict[str, str]:
        may = [r for r in PEOPLE if permission in (SIGNED_IN, *ROLES[r].permissions)]
        role = may[0] if code == "may" else code
        if role not in made:
            user = make_user(f"by-{role}", role)
            _, key = tokens.make(by=user, name="试", days=1, strong=False)
            made[role] = {"Authorization": f"Bearer {key}"}
        return made[role]

    return of


@pytest.mark.parametrize("code", ASKING)
def test_all_checks_of_schemathesis(
    code: str,
    headers: Callable[[str, str], dict[str, str]],
    world: World,
    subtests: pytest.Subtests,
) -> None:
    """The cases are worked out here: ``parametrize`` of schemathesis would do so, for seconds,
    in every process of a run as it gathers the tests."""

    @few(1, 50)
    def ask(case: Any) -> None:
        key = world.keys.get(kind_of(case.operation.path))
        if key and isinstance(case.path_parameters.get("pk"), int):
            case.path_parameters["pk"] = key  # an object that is there
        # where the case leaves the key out, or spoils it, it stays so
        whole = (case.headers or {}).get("Authorization", "").startswith("Bearer ")
        told = headers(code, permission_of(case)) if whole else None
        with transaction.atomic():  # each case finds the same world
            case.call_and_validate(headers=told)
            transaction.set_rollback(True)

    load_all_checks()
    description, count = described(interface.schema()), 0
    for found in get_all_tests(schema=description, test_func=ask, settings=None, given_kwargs=None):
        operation, test = found.ok()
        with subtests.test(operation.label):
            test()
        count += 1
    assert count >= 60


def permission_of(case: Any) -> str:
    """What the description says is needed."""
    return str(case.operation.definition.raw["x-permission"])


# --- fixed nasty things --------------------------------------------------------------------------


def calls(world: World) -> Iterator[tuple[str, str, str, Any]]:
    """(permission, method, address, body) of each operation with each nasty thing in each of its
    places: the path, the query, and every field of the body."""
    schema = interface.schema()
    for address, methods in schema["paths"].items():
        for method, told in methods.items():
            needed, key = told["x-permission"], world.keys.get(kind_of(address), 1)
            here = filled_in(address, key)
            for name in (p["name"] for p in told["parameters"] if p["in"] == "query"):
                for nasty in (*NASTY, *NUMBERS):
                    text = str(nasty).encode("utf-8", "surrogatepass")
                    yield needed, method, f"{here}?{name}={quote(text)}", None
            if "{" in address:
                for nasty in (10**30, 2**63, "\0", "x" * 3000, "%00"):
                    yield (
                        needed,
                        method,
                        filled_in(address, quote(str(nasty))),
                        None if method == "get" else {},
                    )
            shape = told.get("requestBody", {}).get("content", {}).get("application/json")
            if shape:
                fields = schema["components"]["schemas"][shape["schema"]["$ref"].split("/")[-1]]
                right = {k: example(p) for k, p in fields["properties"].items()}
                for name in right:
                    for nasty in (*NASTY, *NUMBERS, {"a\0": "\ud800"}):
                        yield needed, method, here, {**right, name: nasty}


def kind_of(address: str) -> str:
    """Of what object an address of the interface speaks."""
    told = address.removeprefix("/api/")
    return next((kind for begin, kind in KINDS.items() if told.startswith(begin)), "")


def test_nasty_things_break_nothing(
    world: World, headers: Callable[[str, str], dict[str, str]]
) -> None:
    count, seen = 0, set()
    client, each = Client(), 1 if settings.default.max_examples > 100 else 5
    for needed, method, address, body in islice(calls(world), 0, None, each):
        told = {} if body is None else {"data": dumped(body), "content_type": "application/json"}
        answer = getattr(client, method)(address, headers=headers("may", needed), **told)
        count += 1
        seen.add(answer.status_code)
        assert answer.status_code < 500, (method, address, body)
        if answer.status_code >= 400:
            assert answer.json()["status"] == answer.status_code
            assert answer.json()["message"]
    assert count >= 2000 // each
    assert {200, 400, 404, 422} <= seen


def dumped(body: Any) -> bytes:
    """JSON as a careless program writes it: half characters, NaN and all."""
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"1e999", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000,
     b'{"why": "\\u0000"}', b'{"why": "\\ud800"}', b"{}" * 2, b'{"why": NaN}'],
)  # fmt: skip
def test_what_is_no_json(
    body: bytes, world: World, headers: Callable[[str, str], dict[str, str]]
) -> None:
    where = f"/api/imports/{world.keys['import']}/undo"
    told = headers("may", "ledger.undo")
    answer = Client().post(where, body, content_type="application/json", headers=told)
    assert answer.status_code in (400, 422)
    assert answer.json()["message"]


# --- positive control ----------------------------------------------------------------------------


@pytest.mark.urls("tests.web.broken_urls")
def test_a_planted_fault_is_found(
    world: World, headers: Callable[[str, str], dict[str, str]]
) -> None:
    """An endpoint that breaks on limit=-1, as others' do, one that answers with what is not
    described, and one that lets in without a token: schemathesis finds all three."""
    from tests.web.broken_urls import api

    found: set[str] = set()
    broken = described(interface.described(api))
    for result in broken.get_all_operations():
        operation = result.ok()

        @few(20, 20)
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            try:
                case.call_and_validate(headers=headers("may", "ledger.view"))
            except FailureGroup as group:
                found.update(type(one).__name__ for one in group.exceptions)

        ask()
    assert {"ServerError", "UndefinedStatusCode", "IgnoredAuth"} <= found
