"""Addresses of the department."""

from django.urls import path

from denggao.web.manual import views

app_name = "manual"
urlpatterns = [
    path("manual/", views.chapter, name="manual"),
    path("manual/<slug:slug>/", views.chapter, name="manual-chapter"),
]
