"""Addresses of the department."""

from django.conf import settings
from django.urls import path

from denggao.web.accounts.views import entry, keys, other, people, trail

app_name = "accounts"
urlpatterns = [
    path("login/", entry.enter, name="login"),
    path("logout/", entry.leave, name="logout"),
    path("password/", entry.password, name="password"),
    path("second/", keys.asked, name="second-asked"),
    path("second/set-up/", keys.second, name="second"),
    path("second/codes/", keys.codes, name="second-codes"),
    path("second/remove/", keys.remove, name="second-remove"),
    path("tokens/", keys.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", keys.revoke, name="token-revoke"),
    path("units/", people.units, name="units"),
    path("units/new/", people.unit, name="unit-new"),
    path("units/<int:pk>/", people.unit, name="unit"),
    path("people/new/", people.person, name="person-new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/reset/", people.reset, name="person-reset"),
    path("people/<int:pk>/second/", people.reset_second, name="person-second"),
    path("roles/", people.people, name="roles"),
    path("roles/<int:pk>/", people.roles, name="role"),
    path("audit/", trail.rows, name="audit"),
    path("audit/check/", trail.check, name="audit-check"),
]

#: Only where another house is configured.
OTHER_HOUSE = [
    path("login/other/", other.leave_for, name="other"),
    path("login/other/back/", other.come_back, name="other-back"),
]
if settings.OIDC:
    urlpatterns += OTHER_HOUSE
