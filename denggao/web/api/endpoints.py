"""How an endpoint is written: its permission, its summary, and what it may refuse with."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

from django import forms
from ninja import Field, Router, Schema, Status
from pydantic import AfterValidator, BeforeValidator, ConfigDict

from denggao.web.accounts.access import SIGNED_IN, requires, signed_in
from denggao.web.accounts.permissions import PERMISSIONS
from denggao.web.kit.paging import PER_PAGE, Page
from denggao.web.kit.problems import problem

View = TypeVar("View", bound=Callable[..., Any])
_EARLIEST, _LATEST = 1990, 2100


class Problem(Schema):
    """Every refusal has this shape."""

    status: int = Field(description="与 HTTP 状态码相同")
    code: str = Field(description="给程序看的代号，如 not_found、conflict、invalid")
    message: str = Field(description="给人看的话")
    fields: list[FieldProblem] = Field(description="哪一项不对；与某一项无关时为空")


class FieldProblem(Schema):
    """What is wrong with one field of the request."""

    field: str
    message: str


Problem.model_rebuild()


class Given(Schema):
    """What a program sends: nothing unknown (a typing slip is told), nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Paging(Schema):
    """Which page of a list."""

    page: int = Field(1, ge=1, le=1_000_000, description="第几页，从 1 起；超出时给最后一页")
    limit: int = Field(PER_PAGE, ge=1, le=500, description="每页几条")


class Paged(Schema):
    """A page of a list: ``total`` over all pages."""

    total: int
    page: int
    pages: int


def paged(page: Page, rows: list[Any]) -> dict[str, Any]:
    """The answer of a list."""
    return {"total": page.total, "page": page.number, "pages": page.pages, "rows": rows}


def created(said: dict[str, Any]) -> Status:
    """201: something new is there."""
    return Status(201, said)


class Named(Schema):
    """Something with a code and a name."""

    code: str
    name: str


def _iso(value: object) -> object:
    """Pydantic would take a number for seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return datetime.date.fromisoformat(value)
    if value is None or type(value) is datetime.date:
        return value
    raise ValueError("应写成 2026-06-30")


def _near(day: datetime.date | None) -> datetime.date | None:
    if day is not None and not _EARLIEST <= day.year <= _LATEST:
        raise ValueError(f"应在 {_EARLIEST} 年到 {_LATEST} 年之间")
    return day


Day = Annotated[datetime.date, BeforeValidator(_iso), AfterValidator(_near)]
MaybeDay = Annotated[datetime.date | None, BeforeValidator(_iso), AfterValidator(_near)]


def choice(values: Iterable[str], default: Any = ..., description: str = "") -> Any:
    """A field that takes one of these."""
    told = list(values)
    return Field(
        default,
        pattern=f"^(?:{'|'.join(map(re.escape, told))})$",
        json_schema_extra={"enum": told},
        description=description or None,
    )


_READ = frozenset({400, 401, 403, 404, 405, 422})
_CHANGE = _READ | {409}


def get(router: Router, path: str, permission: str, gives: Any) -> Callable[[View], View]:
    """``@get(router, "/enterprises", "ledger.view", Enterprises)``: the first line of the
    docstring is the summary."""
    return _endpoint(router.get, path, permission, {200: gives, _READ: Problem})


def post(
    router: Router, path: str, permission: str, gives: Any, *, status: int = 200
) -> Callable[[View], View]:
    """The same for a change; 201 where something new is there afterwards."""
    return _endpoint(router.post, path, permission, {status: gives, _CHANGE: Problem})


def _endpoint(
    add: Callable[..., Any], path: str, permission: str, response: dict[Any, Any]
) -> Callable[[View], View]:
    declare = signed_in if permission == SIGNED_IN else requires(permission)
    needed = "登录" if permission == SIGNED_IN else f"{permission} {PERMISSIONS[permission]}"

    def register(view: View) -> View:
        told = (view.__doc__ or "").strip().splitlines()
        add(
            path,
            response=response,
            operation_id=view.__name__,
            url_name=view.__name__,
            summary=told[0],
            description="\n".join([*map(str.strip, told[1:]), f"须有权限：{needed}"]).strip(),
            openapi_extra={"x-permission": permission},
        )(declare(view))
        return view

    return register


class Wrong(Exception):
    """A form of the pages does not take what a program sent."""

    def __init__(self, form: forms.BaseForm) -> None:
        super().__init__()
        self.fields = [
            ("" if field == forms.forms.NON_FIELD_ERRORS else field, message)
            for field, messages in form.errors.items()
            for message in messages
        ]


def checked(form: Any) -> Any:
    """The form, if it takes what it was given: the rules of the page are the interface's. Raises
    Wrong."""
    if not form.is_valid():
        raise Wrong(form)
    return form


def refused(error: Wrong) -> Any:
    """As 422, in the form's own words."""
    return invalid(error.fields)


def invalid(fields: list[tuple[str, str]]) -> Any:
    """422: what is wrong with which field, the first few as one sentence."""
    words = (f"{field}：{message}" if field else message for field, message in fields[:5])
    return problem(422, "；".join(words), fields)
