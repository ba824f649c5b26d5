"""The department as Django knows it."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """调度督办"""

    name = "denggao.web.supervision"
    label = "supervision"
    verbose_name = "调度督办"

    def ready(self) -> None:
        """Have the database keep what was said of tasks, and what was frozen; the first page
        shows what waits here."""
        from denggao.web.accounts.today import PROVIDERS, Provider
        from denggao.web.kit.appending import only_added
        from denggao.web.supervision import today
        from denggao.web.supervision.guarding import guard_reports

        for table in ("supervision_progress", "supervision_evidence"):
            only_added(self, table)
        guard_reports(self)
        PROVIDERS.extend(
            [
                Provider("任务督办", ("planning.view",), today.tasks),
                Provider("周调度报告", ("planning.edit", "planning.approve"), today.reports),
                Provider("周调度报告", ("planning.view",), today.meetings),
            ]
        )
