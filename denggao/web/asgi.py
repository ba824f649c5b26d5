"""The application as a asgi server starts it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denggao.web.settings")
application = get_asgi_application()
