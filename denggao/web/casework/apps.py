"""The department as Django knows it."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """申报批次"""

    name = "denggao.web.casework"
    label = "casework"
    verbose_name = "申报批次"

    def ready(self) -> None:
        """Its events stand in the timeline of each firm; the first page shows what waits here."""
        from denggao.web.accounts.today import PROVIDERS as FIRST_PAGE
        from denggao.web.accounts.today import Provider
        from denggao.web.casework import today
        from denggao.web.casework.timeline import applications, title_events
        from denggao.web.ledger.detail import PROVIDERS

        PROVIDERS.extend(p for p in (applications, title_events) if p not in PROVIDERS)
        FIRST_PAGE.extend(
            [
                Provider("申报批次", ("casework.edit", "casework.approve"), today.batches),
                Provider("申报批次", ("casework.approve",), today.lists),
                Provider("资格变动", ("casework.edit",), today.announced),
                Provider("联审", ("casework.review",), today.opinions),
            ]
        )
