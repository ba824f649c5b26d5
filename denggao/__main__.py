"""``python -m denggao``."""

import sys

from denggao.cli.app import main

sys.exit(main())
