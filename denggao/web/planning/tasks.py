"""Work in the background."""

from __future__ import annotations

import logging

from django_tasks import task

from denggao.facts.errors import UserError
from denggao.web.planning.models import Forecast

_LOG = logging.getLogger(__name__)


@task()
def work_out(forecast_id: int) -> None:
    """Work out a forecast; a person reads in the forecast itself why one has failed."""
    from denggao.web.planning import forecasting

    ordered = Forecast.objects.select_related("goal__region").get(pk=forecast_id)
    if ordered.state != Forecast.State.RUNNING:
        return
    failed = Forecast.objects.filter(pk=forecast_id)
    try:
        forecasting.complete(ordered)
    except UserError as error:
        failed.update(state=Forecast.State.FAILED, message=str(error))
    except Exception:
        _LOG.exception("forecast %s", forecast_id)
        message = "程序出错，没有算成，数据没有变动；请再试一次，仍不成请告知维护人员"
        failed.update(state=Forecast.State.FAILED, message=message)
