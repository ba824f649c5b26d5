"""Every address of the application, by department."""

from django.urls import include, path

from denggao.web.ledger.views import home

urlpatterns = [
    path("", home.home, name="home"),
    path("welcome/", home.welcome, name="welcome"),
    path("", include("denggao.web.accounts.urls")),
    path("", include("denggao.web.ledger.urls")),
    path("", include("denggao.web.assessments.urls")),
]
handler403 = "denggao.web.accounts.views.entry.forbidden"
