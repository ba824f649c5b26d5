"""Work in the background."""

from __future__ import annotations

import logging

from django_tasks import task

from denggao.facts.errors import UserError
from denggao.web.assessments.models import Run

_LOG = logging.getLogger(__name__)


@task()
def carry_out(run_id: int) -> None:
    """Carry out a run; a person reads in the run itself why one has failed."""
    from denggao.web.assessments import actions

    run = Run.objects.get(pk=run_id)
    if run.state != Run.State.RUNNING:
        return
    try:
        actions.complete(run)
    except UserError as error:
        Run.objects.filter(pk=run_id).update(state=Run.State.FAILED, message=str(error))
    except Exception:
        _LOG.exception("run %s", run_id)
        message = "程序出错，没有算成，数据没有变动；请再试一次，仍不成请告知维护人员"
        Run.objects.filter(pk=run_id).update(state=Run.State.FAILED, message=message)
