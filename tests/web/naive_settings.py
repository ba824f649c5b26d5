"""The application's own settings with one wrong view more."""

from denggao.web.settings import *  # noqa: F403

ROOT_URLCONF = "tests.web.naive_urls"
