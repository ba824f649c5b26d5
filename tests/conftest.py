"""Settings that all tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

#: A quarter of a minute and more of one processor each. They begin first: the small ones fill up
#: what is left, and at the end of a run no processor waits for another.
LONGEST = (
    "tests/web/test_walk_browser.py", "tests/web/test_matrix.py", "tests/web/test_processes.py",
    "tests/web/test_on_postgres.py", "tests/web/test_api_fuzz.py", "tests/rules/test_spark.py",
    "tests/hostile/test_hostile.py", "tests/rules/test_engines_agree.py",
    "tests/web/test_casework_browser.py", "tests/web/test_racing.py", "tests/cli/test_demo.py",
    "tests/web/test_money_races.py", "tests/diagnosis/test_plan.py",
    "tests/web/test_browser.py", "tests/web/test_plan_walk.py", "tests/rules/test_sql_agrees.py",
    "tests/web/test_visits_browser.py", "tests/web/test_pages.py",
    "tests/diagnosis/test_decisive.py", "tests/web/test_casework_races.py",
)  # fmt: skip

# Loading an instrument for the first time takes long, once: no deadline per example.
# Every day the same examples, so that a red gate is always the change's own doing. New ones,
# and fifty times as many: pytest --hypothesis-profile=thorough
settings.register_profile("denggao", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("thorough", deadline=None, print_blob=True, max_examples=5000)
settings.load_profile("denggao")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files of ``LONGEST`` before all others, which stay in their order."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
