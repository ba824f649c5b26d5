"""Values into the cells of somebody else's workbook; everything else stays byte for byte."""

from denggao.documents.patching.changes import KEEP, Change, NewSheet
from denggao.documents.patching.patch import patch

__all__ = ["KEEP", "Change", "NewSheet", "patch"]
