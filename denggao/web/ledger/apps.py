"""The department as Django knows it."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """台账"""

    name = "denggao.web.ledger"
    label = "ledger"
    verbose_name = "台账"
