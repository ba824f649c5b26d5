"""The department as Django knows it."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """体检诊断"""

    name = "denggao.web.assessments"
    label = "assessments"
    verbose_name = "体检诊断"
