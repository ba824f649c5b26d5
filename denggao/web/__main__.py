"""``python -m denggao.web …``: Django's own commands, for those who develop this."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denggao.web.settings")
execute_from_command_line(sys.argv)
