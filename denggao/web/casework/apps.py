"""The department as Django knows it."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """申报批次"""

    name = "denggao.web.casework"
    label = "casework"
    verbose_name = "申报批次"

    def ready(self) -> None:
        """Its events stand in the timeline of each firm."""
        from denggao.web.casework.timeline import applications, title_events
        from denggao.web.ledger.detail import PROVIDERS

        PROVIDERS.extend(p for p in (applications, title_events) if p not in PROVIDERS)
