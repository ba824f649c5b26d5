"""Who may call which view. Every view says so with one of these three, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from denggao.web.accounts.permissions import PERMISSIONS

View = TypeVar("View", bound=Callable[..., Any])
ANYONE, SIGNED_IN = "anyone", "signed in"


def requires(permission: str, *, counts: bool = True) -> Callable[[View], View]:
    """Only those whose roles allow ``permission``. ``counts=False``: a request of this view is no
    sign of life (a page that asks by itself how far a job is). Raises KeyError for a permission
    that the map does not have."""
    PERMISSIONS[permission]

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        view.counts = counts  # type: ignore[attr-defined]
        return view

    return declare


def anyone(view: View) -> View:
    """Nobody needs to have come in: the log-in page."""
    view.permission = ANYONE  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Everybody who has come in, whatever the roles: one's own password."""
    view.permission = SIGNED_IN  # type: ignore[attr-defined]
    return view


def permission_of(view: Callable[..., Any], method: str = "GET") -> str:
    """What the view has declared, "" if nothing. A view of the interface has ``permissions``, one
    for each method; of a method that it does not have nobody learns more than that."""
    by_method = getattr(view, "permissions", None)
    if by_method is not None:
        return by_method.get(method, SIGNED_IN)
    return getattr(view, "permission", "")
