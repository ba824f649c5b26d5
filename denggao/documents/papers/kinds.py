"""The kinds of papers by name, and which of them lie on their side."""

from __future__ import annotations

#: Kind → is it landscape. The kind is the name of its template (一企一策.docx).
TEMPLATES = (
    ("诊断报告", False),
    ("一企一策", False),
    ("三清单", True),
    ("完不完得成", False),
    ("周报告", False),
)
