"""The values in force once more, packed by columns, so that a run over a whole city reads them
without an object for each cell."""

from __future__ import annotations

from typing import Any

from django.db import models

#: Enterprises with keys from ``number * SIZE`` on, so many, make one block.
SIZE = 4096


class Block(models.Model):
    """What is in force of some thousand firms (``columnar.packed``), worked out from ``Value``
    when it is asked for. ``changes`` counts up in the transaction of each change to one of them;
    ``facts`` are right as long as ``packed_at`` is the same number."""

    number = models.PositiveIntegerField(primary_key=True)
    changes = models.PositiveBigIntegerField(default=1)
    packed_at = models.PositiveBigIntegerField(default=0)
    facts: Any = models.BinaryField(default=b"")
