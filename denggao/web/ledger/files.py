"""我的文件: what takes longer than a page may is ordered here and made by the worker.

A department registers a maker when it is ready (``AppConfig.ready``), and orders from a view:

    files.MAKERS["ledger.list"] = write          # write(user, parameters, target, step)
    files.order(by=request.user, maker="ledger.list", name="企业台账.xlsx", parameters={…})
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.ledger.models import OrderedFile

State = OrderedFile.State
#: Called with (rows done, of so many).
Step = Callable[[int, int], None]
#: Writes the file for a person, who sees in it what he may see when it is made; returns its rows.
Maker = Callable[[User, dict[str, Any], Path, Step], int]
MAKERS: dict[str, Maker] = {}
#: A list of more rows than this is not made while somebody waits for the page.
AT_ONCE = 3000
#: Files are cleared away after so many days; nobody has more than so many on order.
DAYS, ON_ORDER = 7, 5
_TOLD_EVERY = 0.5
_LOG = logging.getLogger(__name__)


@transaction.atomic
def order(*, by: User, maker: str, name: str, parameters: dict[str, Any]) -> OrderedFile:
    """Have a file made. Raises UserError where the person has too many on order already."""
    from denggao.web.ledger import tasks

    MAKERS[maker]
    _clear_away()
    mine = OrderedFile.objects.for_user(by).filter(state=State.MAKING)
    if mine.count() >= ON_ORDER:
        raise UserError(f"您已有 {ON_ORDER} 个文件正在生成，等它们好了再导出")
    made = OrderedFile.objects.create(user=by, maker=maker, name=name, parameters=parameters)
    audit.record(by=by, action="导出", of=made, new={"maker": maker, "parameters": parameters})
    tasks.make.enqueue(made.pk)
    return made


def make(pk: int) -> None:
    """Make a file that is still to be made; whoever ordered it reads why it has failed."""
    file = OrderedFile.objects.select_related("user").filter(pk=pk, state=State.MAKING).first()
    if file is None:
        return
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file.path) as temporary:
            count = MAKERS[file.maker](file.user, file.parameters, temporary, _progress(pk))
        told = {"state": State.READY, "size": file.path.stat().st_size, "done": count}
    except UserError as error:
        told = {"state": State.FAILED, "message": str(error)}
    except OSError:
        _LOG.exception("file %s", pk)
        told = {"state": State.FAILED, "message": "磁盘已满或没有权限，文件没有写成"}
    except Exception:
        _LOG.exception("file %s", pk)
        told = {
            "state": State.FAILED,
            "message": "程序出错，没有生成；请再试一次，仍不成请告知维护人员",
        }
    OrderedFile.objects.filter(pk=pk).update(**told)


def take_up_again() -> int:
    """Start once more what was interrupted; returns how many. Called when no worker runs."""
    from denggao.web.ledger import tasks

    making = list(OrderedFile.objects.filter(state=State.MAKING).values_list("pk", flat=True))
    for pk in making:
        tasks.make.enqueue(pk)
    return len(making)


def _progress(pk: int) -> Step:
    last = 0.0

    def step(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _TOLD_EVERY:
            last = time.monotonic()
            OrderedFile.objects.filter(pk=pk).update(done=done, total=total)

    return step


def _clear_away() -> None:
    """What is older than a week."""
    before = timezone.now() - datetime.timedelta(days=DAYS)
    for old in OrderedFile.objects.filter(at__lt=before):
        old.path.unlink(missing_ok=True)
        old.delete()
    if settings.FILES.is_dir():
        for rest in settings.FILES.glob(".*"):  # half of a file whose worker was killed
            if rest.stat().st_mtime < before.timestamp():
                rest.unlink(missing_ok=True)
