"""The department as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """单位和人员"""

    name = "denggao.web.accounts"
    label = "accounts"
    verbose_name = "单位和人员"
