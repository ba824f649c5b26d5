"""网页: the application that a bureau keeps open all day. Nothing outside this folder knows Django.

``start()`` makes Django ready; call it before importing anything else from here.
"""

from __future__ import annotations

import os


def start(**environment: str) -> None:
    """Make Django ready with these variables of the environment set (``DENGGAO_HOME=…``)."""
    os.environ.update(environment)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denggao.web.settings")
    import django

    django.setup()
