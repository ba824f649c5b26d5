"""The department as Django knows it."""

from django.apps import AppConfig

from denggao.web.kit.appending import only_added


class LedgerConfig(AppConfig):
    """台账"""

    name = "denggao.web.ledger"
    label = "ledger"
    verbose_name = "台账"

    def ready(self) -> None:
        """Statements are only added; what is in force is another table. Files can be ordered, and
        the first page shows what waits here."""
        only_added(self, "ledger_statement")
        from denggao.web.accounts.today import PROVIDERS, Provider
        from denggao.web.ledger import makers, today  # noqa: F401 - makers register themselves

        PROVIDERS.extend(
            [
                Provider("台账", ("ledger.import",), today.imports),
                Provider("台账", ("ledger.edit",), today.disputed),
                Provider("三清单预警", ("assessments.view",), today.ending),
                Provider("台账", ("ledger.export",), today.files),
                Provider("本企业", ("ledger.own",), today.own),
            ]
        )
