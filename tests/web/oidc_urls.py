"""The application's addresses as they are where another house is configured."""

from django.urls import include, path

from denggao.web.accounts import urls
from denggao.web.urls import urlpatterns as ours

urlpatterns = [
    path("", include((urls.urlpatterns + urls.OTHER_HOUSE, "accounts"))),
    *ours,
]
