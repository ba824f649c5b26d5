"""Every address of the application, by department."""

from django.urls import include, path

from denggao.web.ledger.views import home

urlpatterns = [
    path("", include("denggao.web.api.urls")),
    path("", home.home, name="home"),
    path("welcome/", home.welcome, name="welcome"),
    path("", include("denggao.web.accounts.urls")),
    path("", include("denggao.web.ledger.urls")),
    path("", include("denggao.web.assessments.urls")),
    path("", include("denggao.web.casework.urls")),
    path("", include("denggao.web.visits.urls")),
    path("", include("denggao.web.money.urls")),
    path("", include("denggao.web.planning.urls")),
    path("", include("denggao.web.supervision.urls")),
    path("", include("denggao.web.manual.urls")),
]
handler403 = "denggao.web.accounts.views.entry.forbidden"
