"""The application as a wsgi server starts it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denggao.web.settings")
application = get_wsgi_application()
