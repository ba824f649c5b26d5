"""The department as Django knows it."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """申报批次"""

    name = "denggao.web.casework"
    label = "casework"
    verbose_name = "申报批次"
