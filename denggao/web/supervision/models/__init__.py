"""Tasks with their progress, meetings, weekly reports."""

from denggao.web.supervision.models.meetings import Decision, Meeting, Member
from denggao.web.supervision.models.reports import Basis, Report
from denggao.web.supervision.models.tasks import (
    Escalation,
    Evidence,
    Progress,
    Reminder,
    Task,
    TaskUnit,
)

__all__ = [
    "Basis",
    "Decision",
    "Escalation",
    "Evidence",
    "Meeting",
    "Member",
    "Progress",
    "Reminder",
    "Report",
    "Task",
    "TaskUnit",
]
