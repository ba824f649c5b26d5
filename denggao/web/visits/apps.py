"""The department as Django knows it."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """包抓走访"""

    name = "denggao.web.visits"
    label = "visits"
    verbose_name = "包抓走访"

    def ready(self) -> None:
        """The page of an enterprise shows what happened here; the first page, what waits."""
        from denggao.web.accounts.today import PROVIDERS, Provider
        from denggao.web.ledger import detail
        from denggao.web.visits import timeline, today

        detail.PROVIDERS += [timeline.visits, timeline.tickets, timeline.people]
        both = ("casework.edit", "casework.approve")
        PROVIDERS.extend(
            [
                Provider("走访和诉求", both, today.plan),
                Provider("走访和诉求", both, today.tickets),
                Provider("走访和诉求", ("casework.edit",), today.rounds),
                Provider("我的辅导", ("casework.score",), today.coached),
            ]
        )
