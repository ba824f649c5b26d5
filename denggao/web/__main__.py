"""``python -m denggao.web …``: Django's own commands, for those who develop this."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denggao.web.settings")
if hasattr(os, "nice"):  # not on Windows
    os.nice(int(os.environ.get("DENGGAO_NICE", "0")))
execute_from_command_line(sys.argv)
