"""The department as Django knows it."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """包抓走访"""

    name = "denggao.web.visits"
    label = "visits"
    verbose_name = "包抓走访"
