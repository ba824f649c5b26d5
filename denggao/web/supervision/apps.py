"""The department as Django knows it."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """调度督办"""

    name = "denggao.web.supervision"
    label = "supervision"
    verbose_name = "调度督办"
