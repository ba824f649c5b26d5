"""The interface whole: what it is made of, how it reads requests, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import PathView
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.security.base import AuthBase

import denggao
from denggao.facts.errors import UserError
from denggao.web.accounts.access import permission_of
from denggao.web.api import (
    casework,
    endpoints,
    enterprises,
    imports,
    laws,
    money,
    people,
    planning,
    supervision,
    verdicts,
    visits,
)
from denggao.web.kit.problems import problem
from denggao.web.ledger.actions import Conflict
from denggao.web.supervision.actions import StaleError

ROUTERS = tuple(
    department.router
    for department in (
        *(people, enterprises, imports, verdicts, laws),
        *(casework, visits, money, planning, supervision),
    )
)
_SURROGATES = range(0xD800, 0xE000)


class Session(AuthBase):
    """登录网页后的会话（Cookie）；改数据的请求要带 X-CSRFToken"""

    openapi_type, openapi_in, openapi_name = "apiKey", "cookie", "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        """The middleware has decided before."""
        return request.user if request.user.is_authenticated else None


class Token(AuthBase):
    """个人访问令牌：Authorization: Bearer dg_…"""

    openapi_type, openapi_scheme = "http", "bearer"

    def __call__(self, request: HttpRequest) -> Any:
        """The middleware has decided before."""
        return getattr(request, "token", None)


class Readable(JSONRenderer):
    """Chinese as it stands."""

    json_dumps_params: ClassVar[dict[str, Any]] = {"ensure_ascii": False}


class Strict(Parser):
    """JSON without what no database keeps: NUL, halves of characters, endless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises ValueError, which is answered with 400."""
        try:
            found = json.loads(request.body, parse_constant=_no_number)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if any(map(_is_broken, _texts(found))):
            raise ValueError("characters that cannot be kept")
        return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]


def _is_broken(text: str) -> bool:
    return "\0" in text or any(ord(letter) in _SURROGATES for letter in text)


def made(*, routers: Any = ROUTERS) -> NinjaAPI:
    """The interface of these routers."""
    api = NinjaAPI(
        title="登高接口",
        version=denggao.__version__,
        description="网页上看得到、办得了的，程序也看得到、办得了：同样的查询，同样的权限，"
        "同样记入审计。金额一律是万元，写成精确的十进制数。",
        auth=[Session(), Token()],
        parser=Strict(),
        renderer=Readable(),
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
    )
    for router in routers:
        api.add_router("", router)
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)
    return api


def patterns(api: NinjaAPI) -> list[URLPattern]:
    """Addresses for Django: one view for each path, which says what each of its methods needs.
    Ninja's own would be exempt from the check of forms, and would not say."""
    found = []
    for router in api._get_bound_routers():
        for route, path_view in router.path_operations.items():
            address = "api" + route.replace("{", "<").replace("}", ">")
            name = path_view.operations[0].view_func.__name__
            found.append(path(address, _view(path_view), name=name))
    return found


def _view(path_view: PathView) -> Callable[..., HttpResponse]:
    answer = path_view.get_view()

    def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        return answer(request, **parts)

    view.permissions = {  # type: ignore[attr-defined]
        method: permission_of(operation.view_func)
        for operation in path_view.operations
        for method in operation.methods
    }
    return view


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The interface in OpenAPI 3.1."""
    return described(api)


def described(of: NinjaAPI) -> dict[str, Any]:
    """Any interface in OpenAPI 3.1, with plain types."""
    found: dict[str, Any] = json.loads(json.dumps(of.get_openapi_schema(path_prefix="/api/")))
    for kind in (Session, Token):
        found["components"]["securitySchemes"][kind.__name__]["description"] = kind.__doc__
    return found


# --- refusals ------------------------------------------------------------------------------------

#: What pydantic says, in Chinese; what is not here is told by its limits or as it stands.
_WORDS = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "list_type": "应为数组",
    "too_short": "太短",
    "too_long": "太长",
    "string_pattern_mismatch": "不在可选的范围内",
    "date_type": "应写成 2026-06-30",
}
_LIMITS = {
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "至少 {min_length} 个字",
}


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return endpoints.invalid([(_place(one["loc"]), _words(one)) for one in error.errors])


def _place(location: Any) -> str:
    """「given.year」 of the body is 「year」 to whoever sent it."""
    parts = [str(part) for part in location[1:]]
    return ".".join(parts[1:] if parts[:1] in (["given"], ["asked"], ["paging"]) else parts)


def _words(one: Any) -> str:
    kind, context = one["type"], one.get("ctx", {})
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context)
    if kind == "value_error":
        return str(context.get("error", "不对"))
    return _WORDS.get(kind, "不对")


_HANDLERS: dict[type[Exception], Any] = {
    ValidationError: _invalid,
    endpoints.Wrong: lambda request, error: endpoints.refused(error),
    UserError: lambda request, error: problem(422, str(error)),
    Conflict: lambda request, error: problem(409, str(error)),
    StaleError: lambda request, error: problem(409),
    Http404: lambda request, error: problem(404),
    HttpError: lambda request, error: problem(error.status_code),
}
api = made()
