"""The department as Django knows it."""

from django.apps import AppConfig

from denggao.web.kit.appending import only_added


class LedgerConfig(AppConfig):
    """台账"""

    name = "denggao.web.ledger"
    label = "ledger"
    verbose_name = "台账"

    def ready(self) -> None:
        """Statements are only added; what is in force is another table."""
        only_added(self, "ledger_statement")
        from denggao.web.ledger import makers  # noqa: F401 - they register themselves
