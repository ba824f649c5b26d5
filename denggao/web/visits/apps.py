"""The department as Django knows it."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """包抓走访"""

    name = "denggao.web.visits"
    label = "visits"
    verbose_name = "包抓走访"

    def ready(self) -> None:
        """The page of an enterprise shows what happened here."""
        from denggao.web.ledger import detail
        from denggao.web.visits import timeline

        detail.PROVIDERS += [timeline.visits, timeline.tickets, timeline.people]
