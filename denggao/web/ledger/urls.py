"""Addresses of the department."""

from django.urls import path

from denggao.web.ledger.views import enterprises, files, imports

app_name = "ledger"
urlpatterns = [
    path("enterprises/", enterprises.enterprises, name="enterprises"),
    path("enterprises/new/", enterprises.add, name="enterprise-new"),
    path("enterprises/export/", enterprises.export, name="enterprises-export"),
    path("enterprises/views/", enterprises.save_view, name="enterprises-view"),
    path("enterprises/<int:pk>/", enterprises.enterprise, name="enterprise"),
    path(
        "enterprises/<int:pk>/facts/<str:fact>/<int:year>/",
        enterprises.statements,
        name="enterprise-statements",
    ),
    path("enterprises/<int:pk>/correct/", enterprises.correct, name="enterprise-correct"),
    path("enterprises/<int:pk>/edit/", enterprises.edit, name="enterprise-edit"),
    path("enterprises/<int:pk>/access/", enterprises.access, name="enterprise-access"),
    path("enterprises/<int:pk>/titles/new/", enterprises.add_title, name="enterprise-title-new"),
    path("titles/<int:pk>/withdraw/", enterprises.withdraw_title, name="enterprise-title-withdraw"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.bring, name="import-new"),
    path("imports/template/", imports.template, name="import-template"),
    path("imports/<int:pk>/", imports.one, name="import"),
    path("imports/<int:pk>/progress/", imports.progress, name="import-progress"),
    path("imports/<int:pk>/problems/", imports.problems, name="import-problems"),
    path("imports/<int:pk>/differences/", imports.differences, name="import-differences"),
    path("imports/<int:pk>/marked/", imports.marked, name="import-marked"),
    path("imports/<int:pk>/workbook/", imports.own_workbook, name="import-workbook"),
    path("imports/<int:pk>/confirm/", imports.confirm, name="import-confirm"),
    path("imports/<int:pk>/columns/", imports.columns, name="import-columns"),
    path("imports/<int:pk>/drop/", imports.drop, name="import-drop"),
    path("imports/<int:pk>/undo/", imports.undo, name="import-undo"),
    path("files/", files.files, name="files"),
    path("files/list/", files.rows, name="files-list"),
    path("files/<int:pk>/", files.file, name="file"),
    path("questions/", imports.questions, name="questions"),
    path("questions/<int:pk>/", imports.decide, name="question"),
]
