"""Addresses of the department."""

from django.urls import path

from denggao.web.supervision.views import meetings, reports, scores, tasks

app_name = "supervision"
urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("reports/compile/", reports.compile_report, name="reports-compile"),
    path("reports/basis/", reports.basis, name="reports-basis"),
    path("reports/<int:pk>/", reports.report, name="reports-one"),
    path("reports/<int:pk>/figure/", reports.figure, name="reports-figure"),
    path("reports/<int:pk>/decide/", reports.decide, name="reports-decide"),
    path("reports/<int:pk>/file.<str:ending>", reports.file, name="reports-file"),
    path("scores/", scores.scores, name="reports-scores"),
    path("scores/export/", scores.export, name="reports-scores-export"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/export/", tasks.export, name="tasks-export"),
    path("tasks/new/", tasks.new, name="tasks-new"),
    path("tasks/take/", tasks.take, name="tasks-take"),
    path("tasks/circular/", tasks.circular, name="tasks-circular"),
    path("tasks/days/", tasks.days, name="tasks-days"),
    path("tasks/agenda/", tasks.agenda, name="tasks-agenda"),
    path("tasks/<int:pk>/", tasks.task, name="tasks-one"),
    path("tasks/<int:pk>/progress/", tasks.progress, name="tasks-progress"),
    path("tasks/<int:pk>/change/", tasks.change, name="tasks-change"),
    path("tasks/<int:pk>/remind/", tasks.remind, name="tasks-remind"),
    path("evidence/<int:pk>/", tasks.evidence, name="tasks-evidence"),
    path("meetings/", meetings.meetings, name="tasks-meetings"),
    path("meetings/new/", meetings.new, name="tasks-meeting-new"),
    path("meetings/members/", meetings.members, name="tasks-members"),
    path("meetings/members/<int:pk>/end/", meetings.end, name="tasks-member-end"),
    path("meetings/<int:pk>/", meetings.meeting, name="tasks-meeting"),
    path("meetings/<int:pk>/edit/", meetings.edit, name="tasks-meeting-edit"),
    path("meetings/<int:pk>/decide/", meetings.decide, name="tasks-meeting-decide"),
    path("decisions/<int:pk>/task/", meetings.to_task, name="tasks-from-decision"),
]
