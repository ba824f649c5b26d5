"""Work in the background."""

from __future__ import annotations

import logging

from django_tasks import task

from denggao.facts.errors import UserError
from denggao.web.visits.models import WeekPlan

_LOG = logging.getLogger(__name__)


@task()
def make_plan(plan_id: int) -> None:
    """Work out the plan of a week; a person reads in the plan itself why one has failed."""
    from denggao.web.visits import weekplan

    plan = WeekPlan.objects.get(pk=plan_id)
    if plan.state != WeekPlan.State.RUNNING:
        return
    try:
        weekplan.complete(plan)
    except UserError as error:
        _failed(plan_id, str(error))
    except Exception:
        _LOG.exception("week plan %s", plan_id)
        _failed(plan_id, "程序出错，没有算成，数据没有变动；请再试一次，仍不成请告知维护人员")


def _failed(plan_id: int, message: str) -> None:
    WeekPlan.objects.filter(pk=plan_id).update(state=WeekPlan.State.FAILED, message=message)
