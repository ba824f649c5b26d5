"""Batches, applications, joint review, and the life of titles."""

from denggao.web.casework.models.batches import Batch, BlankYear, Move
from denggao.web.casework.models.cases import Case, CaseStep, MaterialState, Waiver
from denggao.web.casework.models.reviews import (
    Department,
    JointReview,
    Opinion,
    Recommendation,
    ReturnedFile,
)
from denggao.web.casework.models.titles import (
    Announced,
    Announcement,
    AnnualReport,
    TitleEvent,
)

__all__ = [
    "Announced",
    "Announcement",
    "AnnualReport",
    "Batch",
    "BlankYear",
    "Case",
    "CaseStep",
    "Department",
    "JointReview",
    "MaterialState",
    "Move",
    "Opinion",
    "Recommendation",
    "ReturnedFile",
    "TitleEvent",
    "Waiver",
]
