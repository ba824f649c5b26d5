"""The application as a wsgi server starts it."""

import os
from threading import Thread

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denggao.web.settings")
application = get_wsgi_application()


def _read_laws() -> None:
    from django.utils import timezone

    from denggao.rules import library

    library.all_in_force(timezone.localdate())


# beside the first requests, so that the first page which judges a firm need not wait for it
Thread(target=_read_laws, daemon=True).start()
