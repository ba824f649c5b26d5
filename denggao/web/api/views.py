"""The description of the interface: for programs, and as a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from denggao.web.accounts.access import signed_in
from denggao.web.api import interface


@signed_in
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1"""
    return JsonResponse(interface.schema(), json_dumps_params={"ensure_ascii": False})


@signed_in
def docs(request: HttpRequest) -> HttpResponse:
    """接口说明"""
    found = interface.schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in found["paths"].items():
        for method, told in methods.items():
            groups.setdefault(told["tags"][0], []).append(_shown(address, method, told))
    shapes = [{"name": k, **s} for k, s in sorted(found["components"]["schemas"].items())]
    context = {
        "info": found["info"], "groups": groups, "shapes": [_shape(s) for s in shapes],
        "problem": found["components"]["schemas"]["Problem"],
    }  # fmt: skip
    return render(request, "api/docs.html", context)


def _shown(address: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    body = told.get("requestBody", {}).get("content", {})
    answers = {
        code: _type(answer["content"]["application/json"]["schema"])
        for code, answer in told["responses"].items()
    }
    done = next(code for code in answers if code < "300")
    return {
        "id": told["operationId"], "address": address, "method": method.upper(),
        "summary": told["summary"], "description": told.get("description", "").splitlines(),
        "parameters": [{**p, "type": _type(p["schema"])} for p in told["parameters"]],
        "body": [(kind, _type(one["schema"])) for kind, one in body.items()],
        "done": done, "answer": answers[done],
        "refusals": "、".join(code for code in answers if code != done),
    }  # fmt: skip


def _shape(told: dict[str, Any]) -> dict[str, Any]:
    needed = told.get("required", ())
    rows = [
        {"name": k, "type": _type(p), "needed": k in needed, "told": p.get("description", "")}
        for k, p in told.get("properties", {}).items()
    ]
    return {"name": told["name"], "told": told.get("description", ""), "rows": rows}


def _type(told: dict[str, Any]) -> dict[str, str]:
    """A type in words, with the shape that it leads to."""
    if "$ref" in told:
        name = told["$ref"].rpartition("/")[2]
        return {"words": name, "shape": name}
    if "anyOf" in told:
        parts = [_type(one) for one in told["anyOf"]]
        shape = next((part["shape"] for part in parts if part["shape"]), "")
        return {"words": " 或 ".join(part["words"] for part in parts), "shape": shape}
    if told.get("type") == "array":
        inner = _type(told.get("items", {}))
        return {"words": f"[{inner['words']}]", "shape": inner["shape"]}
    if "enum" in told:
        some = [str(one) or "（空）" for one in told["enum"][:12]]
        return {"words": " | ".join(some) + (" | …" if len(told["enum"]) > 12 else ""), "shape": ""}
    if told.get("type") == "object" and "properties" in told:
        words = "、".join(f"{k}: {_type(p)['words']}" for k, p in told["properties"].items())
        return {"words": words, "shape": ""}
    words = _TYPES.get(told.get("format", ""), _TYPES.get(told.get("type", ""), "任意"))
    return {"words": words, "shape": ""}


_TYPES = {
    "string": "文字", "integer": "整数", "number": "数", "boolean": "true/false",
    "null": "null", "object": "对象", "date": "日期", "date-time": "时间", "binary": "文件",
}  # fmt: skip
