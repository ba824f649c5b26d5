"""Jobs in the background. Each begins by asking whether its work is still to be done, so that one
that was killed can be started again."""

from __future__ import annotations

from collections.abc import Callable

from django_tasks import task

from denggao.web.ledger import files, importing

#: What other departments do when no worker is running: start interrupted jobs again, and say how
#: many. Each adds its own (``AppConfig.ready``).
INTERRUPTED: list[Callable[[], int]] = []


@task()
def check(pk: int) -> None:
    """Read an upload."""
    importing.check(pk)


@task()
def commit(pk: int) -> None:
    """Write an import."""
    importing.commit(pk)


@task()
def make(pk: int) -> None:
    """Make a file that somebody has ordered."""
    files.make(pk)
