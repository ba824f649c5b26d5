"""Work in the background. Each begins by asking whether its work is still to be done, so that one
that was killed can be started again."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from django_tasks import task

from denggao.facts.errors import UserError
from denggao.web.ledger.actions import Conflict
from denggao.web.money.models import Run, Trial

_LOG = logging.getLogger(__name__)
_APPROVING: Any = Run.State.APPROVING
_OURS = "程序出错，没有算成，数据没有变动；请再试一次，仍不成请告知维护人员"


@task()
def compute(pk: int) -> None:
    """Carry out a pay run."""
    from denggao.web.money import actions

    run = Run.objects.get(pk=pk)
    if not run.is_running:
        return
    with contextlib.suppress(Conflict):  # another worker was quicker
        try:
            actions.complete(run)
        except UserError as error:
            actions.fail(run, str(error))
        except Conflict:
            raise
        except Exception:
            _LOG.exception("pay run %s", pk)
            actions.fail(run, _OURS)


@task()
def approve(pk: int) -> None:
    """Carry out the approval of a large run."""
    from denggao.web.money import actions

    run = Run.objects.get(pk=pk)
    if run.state != _APPROVING:
        return
    try:
        actions.approve_all(run)
    except (UserError, Conflict) as error:
        with contextlib.suppress(Conflict):  # another worker was quicker
            actions.not_approved(run, str(error) or "这一批刚刚变动过，请再看一遍")
    except Exception:
        _LOG.exception("approval of pay run %s", pk)
        actions.not_approved(run, _OURS)


@task()
def compare(pk: int) -> None:
    """Compare a text with what is in force."""
    from denggao.web.money import trials

    trial = Trial.objects.get(pk=pk)
    if trial.state != Trial.State.RUNNING:
        return
    try:
        trials.carry_out(trial)
    except UserError as error:
        Trial.objects.filter(pk=pk).update(state=Trial.State.FAILED, message=str(error))
    except Exception:
        _LOG.exception("trial %s", pk)
        Trial.objects.filter(pk=pk).update(state=Trial.State.FAILED, message=_OURS)


def take_up_again() -> int:
    """Start once more what was interrupted; returns how many."""
    runs = list(Run.objects.filter(state=Run.State.COMPUTING).values_list("pk", flat=True))
    trials = list(Trial.objects.filter(state=Trial.State.RUNNING).values_list("pk", flat=True))
    approvals = list(Run.objects.filter(state=_APPROVING).values_list("pk", flat=True))
    for pk in runs:
        compute.enqueue(pk)
    for pk in approvals:
        approve.enqueue(pk)
    for pk in trials:
        compare.enqueue(pk)
    return len(runs) + len(approvals) + len(trials)
