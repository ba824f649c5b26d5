"""Addresses of the interface."""

from django.urls import path

from denggao.web.api import interface, views

app_name = "api"
urlpatterns = [
    path("interface/", views.docs, name="docs"),
    path("api/openapi.json", views.openapi, name="openapi"),
    *interface.patterns(interface.api),
]
