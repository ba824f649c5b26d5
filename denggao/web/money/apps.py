"""The department as Django knows it."""

from django.apps import AppConfig


class MoneyConfig(AppConfig):
    """奖补兑现"""

    name = "denggao.web.money"
    label = "money"
    verbose_name = "奖补兑现"
