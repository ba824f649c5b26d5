"""Regions, units, people, the chain of audit rows, and what people come in with beside a
password."""

from denggao.web.accounts.models.keys import AccessToken, RecoveryCode, SecondFactor
from denggao.web.accounts.models.people import (
    AuditRow,
    OldPassword,
    Region,
    Unit,
    User,
    written_name,
)

__all__ = [
    "AccessToken",
    "AuditRow",
    "OldPassword",
    "RecoveryCode",
    "Region",
    "SecondFactor",
    "Unit",
    "User",
    "written_name",
]
