"""The application's own settings, in a folder of its own and with quick hashes of passwords. On
SQLite in memory; with DENGGAO_TEST_DATABASE=postgres on a PostgreSQL of the tests' own."""

import os
import tempfile

os.environ["DENGGAO_HOME"] = tempfile.mkdtemp(prefix="denggao-test-")
os.environ["DENGGAO_SECRET_KEY"] = "only-for-the-tests-" + "x" * 32
_WANTED = os.environ.get("DENGGAO_TEST_DATABASE", "sqlite")
if _WANTED == "postgres":
    from tests.databases import postgres_or_why

    os.environ["DATABASE_URL"] = postgres_or_why()
    assert os.environ["DATABASE_URL"].startswith("postgresql://"), os.environ["DATABASE_URL"]
else:
    assert _WANTED == "sqlite", f"DENGGAO_TEST_DATABASE={_WANTED}: sqlite or postgres"
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from denggao.web.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
WHITENOISE_AUTOREFRESH = True
#: Counts are kept until the audit chain grows; rows made by a test itself write none.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

#: Sixty migrations take ten seconds: the database of the tests is a copy of one that has been
#: migrated (on SQLite by conftest.py, the same for all workers), so Django need not make its own.
DATABASES["default"]["TEST"] = {"MIGRATE": False}  # noqa: F405
if _WANTED == "postgres":
    from tests.web.homes import postgres_template

    DATABASES["default"]["TEST"]["TEMPLATE"] = postgres_template()  # noqa: F405
