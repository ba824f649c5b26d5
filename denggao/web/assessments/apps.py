"""The department as Django knows it."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """体检诊断"""

    name = "denggao.web.assessments"
    label = "assessments"
    verbose_name = "体检诊断"

    def ready(self) -> None:
        """Its large files can be ordered; reminders stand in the timeline of a firm; the first
        page shows what waits here."""
        from denggao.web.accounts import today as first_page
        from denggao.web.assessments import rolls, today
        from denggao.web.assessments.following import reminded
        from denggao.web.ledger.detail import PROVIDERS
        from denggao.web.ledger.files import MAKERS

        MAKERS["assessments.lists"] = rolls.ordered
        if reminded not in PROVIDERS:
            PROVIDERS.append(reminded)
        provider = first_page.Provider("法条与规则", ("laws.adopt",), today.drafts)
        first_page.PROVIDERS.append(provider)
