"""The application's own settings with quick hashes of passwords: a right one takes half a second
of a processor, and a walk through the pages needs dozens."""

from denggao.web.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
