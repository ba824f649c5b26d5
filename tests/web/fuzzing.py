"""What the tests of the interface share: the description as schemathesis has it, and texts that
have broken others."""

from __future__ import annotations

import json
import re
from typing import Any

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

FILL = {"fact": "staff", "year": "2025", "number": "0"}
#: What a description cannot say (that a value fits its fact, that a law is in force) is refused
#: with 422, too.
_CONFIG = {
    "checks": {
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "401", "403", "404", "409", "422"],
        }
    },
    "generation": {"allow-x00": True, "mode": "all"},
}
NASTY = (
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\uffff\u202e\u200b",
    "\U0001f600",
    "'; DROP TABLE accounts_user; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% now %}",
    "../../../../etc/passwd",
    "%00%ff%fe",
    "99999999999999999999999999",
    "-1",
    "1e400",
    "NaN",
    "０１２",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    " ",
    "x" * 10_000,
)
MOST_CHOICES = 20
NUMBERS = (-1, 0, 2**31, 2**63, -(2**63) - 1, 10**30, 1.5, 1e308, True, None, [], {})


def described(schema: dict[str, Any]) -> Any:
    """The description, asked of this application in this very process, by token: a wrong cookie
    beside a right token is not looked at. A list of all facts is made short, or each of them
    would be tried."""
    told = json.loads(json.dumps(schema))
    for method in (one for methods in told["paths"].values() for one in methods.values()):
        method["security"] = [{"Token": []}]
    for shape in told["components"]["schemas"].values():
        for one in shape.get("properties", {}).values():
            if len(one.get("enum", ())) > MOST_CHOICES:
                one["enum"] = one["enum"][:3]
                one.pop("pattern")
    found = schemathesis.openapi.from_dict(told, config=SchemathesisConfig.from_dict(_CONFIG))
    found.app = WSGIHandler()
    return found


def few(everyday: int, thorough: int) -> settings:
    """So many examples for each operation; more with ``--hypothesis-profile=thorough``."""
    count = thorough if settings.default.max_examples > 100 else everyday
    return settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )


def filled_in(address: str, key: object) -> str:
    """An address of the description with an object in it."""
    return re.sub(r"{(\w+)}", lambda m: FILL.get(m[1], str(key)), address)


def example(told: dict[str, Any]) -> Any:
    """Something that fits."""
    told = next((one for one in told.get("anyOf", ()) if one["type"] != "null"), told)
    if "enum" in told:
        return told["enum"][-1]
    if "examples" in told:
        return told["examples"][0]
    if told.get("format") == "date":
        return "2026-06-30"
    if "anyOf" in (told.get("additionalProperties") or {}):
        return {"某列": None}
    whole = min(2000, told.get("maximum", 2000))
    kinds = {"string": "1", "integer": whole, "boolean": False, "object": {"staff@2025": "1"}}
    return kinds[told["type"]]


def right_bodies(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Address of the description → a body that it takes."""
    shapes, found = schema["components"]["schemas"], {}
    for address, methods in schema["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/json" in content:
            name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            found[address] = {k: example(p) for k, p in shapes[name]["properties"].items()}
    return found
