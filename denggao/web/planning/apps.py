"""The department as Django knows it."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """目标任务"""

    name = "denggao.web.planning"
    label = "planning"
    verbose_name = "目标任务"
