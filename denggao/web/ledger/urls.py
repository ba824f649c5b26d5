"""Addresses of the department."""

from django.urls import path

from denggao.web.ledger.views import enterprises

app_name = "ledger"
urlpatterns = [
    path("enterprises/", enterprises.enterprises, name="enterprises"),
]
