"""How long a country takes: ``python benchmarks/scale.py --microseconds 45 --firms 60000000``.

--microseconds M   for one firm and law on one core, as ``same.py`` measures (docs/scale.md)
--seconds S        for one part besides its firms, as ``partitions.py`` measures
--firms N          firms (60,000,000)
--years Y          fiscal years judged, one run each (5)
--cores C          cores; may be repeated (16, 64, 256)
--partitions P     parts of the table, unequal as counties are (2,900)
--seed S           of the sizes of the counties

Parts are handed to whichever core is free, largest first, as Spark and a pool of PostgreSQL
workers do. The slowest core decides; a county is never split.
"""

from __future__ import annotations

import argparse
import heapq
import random

MICROSECONDS = 45.0  # 高新技术企业认定, every column of the sheet, PostgreSQL 15, one core
SECONDS = 0.145  # to plan the statement for a part, and to make and count its table


def sizes(firms: int, partitions: int, seed: int) -> list[int]:
    """Firms of each part: a few large counties and many small ones, as a lognormal has it."""
    draw = random.Random(seed)
    weights = [draw.lognormvariate(0, 1) for _ in range(partitions)]
    whole = sum(weights)
    return [round(firms * weight / whole) for weight in weights]


def hours(parts: list[int], cores: int, microseconds: float, seconds: float) -> float:
    """Until the last core is done."""
    free = [0.0] * cores
    for firms in sorted(parts, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + firms * microseconds / 1e6 + seconds)
    return max(free) / 3600


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--microseconds", type=float, default=MICROSECONDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--firms", type=int, default=60_000_000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--cores", type=int, action="append")
    parser.add_argument("--partitions", type=int, default=2_900)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    parts = sizes(asked.firms, asked.partitions, asked.seed)
    once = (sum(parts) * asked.microseconds / 1e6 + len(parts) * asked.seconds) / 3600
    total = once * asked.years
    print(f"{asked.firms:,} firms × {asked.years} years: {total:.1f} hours of one core")
    print(f"largest of {asked.partitions:,} parts: {max(parts):,} firms")
    for cores in asked.cores or [16, 64, 256]:
        each = hours(parts, cores, asked.microseconds, asked.seconds)
        ideal = once / cores
        print(f"{cores:5} cores: {each * asked.years:7.2f} h for all years,"
              f" {each * 60:6.1f} min for one, {ideal / each:4.0%} of them busy")  # fmt: skip


if __name__ == "__main__":
    main()
