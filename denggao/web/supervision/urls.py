"""Addresses of the department."""

from django.urls import path

from denggao.web.supervision.views import meetings, reports, scores, tasks

app_name = "supervision"
urlpatterns = [
    path("supervision/reports/", reports.reports, name="reports"),
    path("supervision/reports/compile/", reports.compile_report, name="reports-compile"),
    path("supervision/reports/basis/", reports.basis, name="reports-basis"),
    path("supervision/reports/<int:pk>/", reports.report, name="reports-one"),
    path("supervision/reports/<int:pk>/figure/", reports.figure, name="reports-figure"),
    path("supervision/reports/<int:pk>/decide/", reports.decide, name="reports-decide"),
    path("supervision/reports/<int:pk>/file.<str:ending>", reports.file, name="reports-file"),
    path("supervision/scores/", scores.scores, name="reports-scores"),
    path("supervision/scores/export/", scores.export, name="reports-scores-export"),
    path("supervision/tasks/", tasks.tasks, name="tasks"),
    path("supervision/tasks/export/", tasks.export, name="tasks-export"),
    path("supervision/tasks/new/", tasks.new, name="tasks-new"),
    path("supervision/tasks/take/", tasks.take, name="tasks-take"),
    path("supervision/tasks/circular/", tasks.circular, name="tasks-circular"),
    path("supervision/tasks/days/", tasks.days, name="tasks-days"),
    path("supervision/tasks/agenda/", tasks.agenda, name="tasks-agenda"),
    path("supervision/tasks/<int:pk>/", tasks.task, name="tasks-one"),
    path("supervision/tasks/<int:pk>/progress/", tasks.progress, name="tasks-progress"),
    path("supervision/tasks/<int:pk>/change/", tasks.change, name="tasks-change"),
    path("supervision/tasks/<int:pk>/remind/", tasks.remind, name="tasks-remind"),
    path("supervision/evidence/<int:pk>/", tasks.evidence, name="tasks-evidence"),
    path("supervision/meetings/", meetings.meetings, name="tasks-meetings"),
    path("supervision/meetings/new/", meetings.new, name="tasks-meeting-new"),
    path("supervision/meetings/members/", meetings.members, name="tasks-members"),
    path("supervision/meetings/members/<int:pk>/end/", meetings.end, name="tasks-member-end"),
    path("supervision/meetings/<int:pk>/", meetings.meeting, name="tasks-meeting"),
    path("supervision/meetings/<int:pk>/edit/", meetings.edit, name="tasks-meeting-edit"),
    path("supervision/meetings/<int:pk>/decide/", meetings.decide, name="tasks-meeting-decide"),
    path("supervision/decisions/<int:pk>/task/", meetings.to_task, name="tasks-from-decision"),
]
