"""The department as Django knows it."""

from django.apps import AppConfig

from denggao.web.kit.appending import only_added


class AccountsConfig(AppConfig):
    """单位和人员"""

    name = "denggao.web.accounts"
    label = "accounts"
    verbose_name = "单位和人员"

    def ready(self) -> None:
        """The audit chain is only added to; the first page shows what waits here."""
        only_added(self, "accounts_auditrow")
        from denggao.web.accounts import today, watch

        today.PROVIDERS += [
            today.Provider("账号和权限", ("accounts.manage",), watch.accounts),
            today.Provider("账号和权限", ("roles.grant",), watch.roles),
            today.Provider("审计", ("audit.view",), watch.trail),
        ]
        today.PANELS.append(today.Panel("audit.view", "accounts/today_chain.html", watch.chain))
