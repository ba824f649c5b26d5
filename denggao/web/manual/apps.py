"""The department as Django knows it."""

from django.apps import AppConfig


class ManualConfig(AppConfig):
    """使用手册"""

    name = "denggao.web.manual"
    label = "manual"
    verbose_name = "使用手册"
