"""The application's own settings, in a folder of its own and with quick hashes of passwords."""

import os
import tempfile

os.environ["DENGGAO_HOME"] = tempfile.mkdtemp(prefix="denggao-test-")
os.environ["DENGGAO_SECRET_KEY"] = "only-for-the-tests-" + "x" * 32
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from denggao.web.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
WHITENOISE_AUTOREFRESH = True
#: Counts are kept until the audit chain grows; rows made by a test itself write none.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
