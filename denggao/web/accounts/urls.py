"""Addresses of the department."""

from django.urls import path

from denggao.web.accounts.views import entry, people, trail

app_name = "accounts"
urlpatterns = [
    path("login/", entry.enter, name="login"),
    path("logout/", entry.leave, name="logout"),
    path("password/", entry.password, name="password"),
    path("units/", people.units, name="units"),
    path("units/new/", people.unit, name="unit-new"),
    path("units/<int:pk>/", people.unit, name="unit"),
    path("people/new/", people.person, name="person-new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/reset/", people.reset, name="person-reset"),
    path("roles/", people.people, name="roles"),
    path("roles/<int:pk>/", people.roles, name="role"),
    path("audit/", trail.rows, name="audit"),
    path("audit/check/", trail.check, name="audit-check"),
]
