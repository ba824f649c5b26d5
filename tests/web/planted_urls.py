"""The application's addresses, and one whose view has declared nothing."""

from django.http import HttpResponse
from django.urls import path

from denggao.web.urls import urlpatterns as ours

urlpatterns = [*ours, path("planted/", lambda request: HttpResponse("open"))]
