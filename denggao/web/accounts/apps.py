"""The department as Django knows it."""

from django.apps import AppConfig

from denggao.web.kit.appending import only_added


class AccountsConfig(AppConfig):
    """单位和人员"""

    name = "denggao.web.accounts"
    label = "accounts"
    verbose_name = "单位和人员"

    def ready(self) -> None:
        """The audit chain is only added to."""
        only_added(self, "accounts_auditrow")
