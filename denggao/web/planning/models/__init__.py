"""Plans' texts with what was read in them, targets with their division, and forecasts kept."""

from denggao.web.planning.models.plans import (
    PlanFact,
    PlanItem,
    PlanTask,
    PlanTaskUnit,
    PlanText,
)
from denggao.web.planning.models.targets import Forecast, Goal, Quota, Revision

__all__ = [
    "Forecast",
    "Goal",
    "PlanFact",
    "PlanItem",
    "PlanTask",
    "PlanTaskUnit",
    "PlanText",
    "Quota",
    "Revision",
]
