"""The department as Django knows it."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """目标任务"""

    name = "denggao.web.planning"
    label = "planning"
    verbose_name = "目标任务"

    def ready(self) -> None:
        """The first page shows what waits here, and whoever issues targets how they stand."""
        from denggao.web.accounts.today import PANELS, PROVIDERS, Panel, Provider
        from denggao.web.planning import today

        both = ("planning.edit", "planning.approve")
        PROVIDERS.append(Provider("目标任务", both, today.plans))
        PANELS.append(Panel("planning.approve", "planning/today_goals.html", today.goals))
