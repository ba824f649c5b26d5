"""``python -m denggao.cli``."""

import sys

from denggao.cli.app import main

sys.exit(main())
