"""The kit as Django knows it: only template tags."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """No models."""

    name = "denggao.web.kit"
    label = "kit"
