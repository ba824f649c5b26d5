"""The department as Django knows it."""

from django.apps import AppConfig


class MoneyConfig(AppConfig):
    """奖补兑现"""

    name = "denggao.web.money"
    label = "money"
    verbose_name = "奖补兑现"

    def ready(self) -> None:
        """What a firm was paid stands in its timeline; interrupted runs are taken up again; texts
        that a run was computed by are only added; the first page shows what waits here."""
        from denggao.web.accounts.today import PROVIDERS, Provider
        from denggao.web.kit.appending import only_added
        from denggao.web.ledger import detail, tasks
        from denggao.web.money import firms, today
        from denggao.web.money.tasks import take_up_again

        only_added(self, "money_schemetext")
        from denggao.web.money import makers  # noqa: F401 - they register themselves

        detail.PROVIDERS.append(firms.events)
        tasks.INTERRUPTED.append(take_up_again)
        PROVIDERS.extend(
            [
                Provider("奖补兑现", ("money.run", "money.approve"), today.runs),
                Provider("奖补兑现", ("money.run",), today.payments),
                Provider("奖补兑现", ("money.run",), today.vouchers),
            ]
        )
