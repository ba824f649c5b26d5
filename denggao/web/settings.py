"""Everything that can be set, from the environment; the defaults serve one machine alone.

DENGGAO_HOME          folder of the database, uploads and keys (登高数据)
DATABASE_URL          another database: postgres://user:password@host/name
DENGGAO_HOSTS         names under which the pages are asked for, separated by commas
DENGGAO_HTTPS         1: behind https; cookies travel no other way
DENGGAO_SEPARATION    1: an administrator holds no other role (等保三级)
DENGGAO_WORKERS       processes that answer pages (one for each core, four at most)
DENGGAO_MAPS          folder of boundaries for the board: 620100.geojson
DENGGAO_SECOND_FACTOR 1: whoever logs in, people of firms apart, shows a code of a telephone too
DENGGAO_OIDC_…        log-in by the account of another house: docs/accounts.md
DENGGAO_DEBUG         1: for those who develop this
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from denggao.web.kit import environment
from denggao.web.manual import text as manual

PACKAGE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("DENGGAO_HOME", "登高数据")).absolute()
DEBUG = environment.flag("DENGGAO_DEBUG")
SECRET_KEY = environment.secret_key(HOME)
ALLOWED_HOSTS = environment.words("DENGGAO_HOSTS", "localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "denggao.web.accounts.apps.AccountsConfig",
    "denggao.web.ledger.apps.LedgerConfig",
    "denggao.web.assessments.apps.AssessmentsConfig",
    "denggao.web.casework.apps.CaseworkConfig",
    "denggao.web.visits.apps.VisitsConfig",
    "denggao.web.money.apps.MoneyConfig",
    "denggao.web.planning.apps.PlanningConfig",
    "denggao.web.supervision.apps.SupervisionConfig",
    "denggao.web.api.apps.ApiConfig",
    "denggao.web.manual.apps.ManualConfig",
    "denggao.web.kit.apps.KitConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "denggao.web.kit.middleware.Problems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "denggao.web.kit.middleware.NoNul",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "denggao.web.accounts.middleware.Tokens",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "denggao.web.accounts.middleware.SessionLimits",
    "denggao.web.accounts.middleware.DefaultDeny",
    "denggao.web.kit.conflicts.Conflicts",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "denggao.web.urls"
WSGI_APPLICATION = "denggao.web.wsgi.application"
ASGI_APPLICATION = "denggao.web.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "denggao.web.menu.page",
            ],
        },
    }
]
FORM_RENDERER = "denggao.web.kit.forms.Renderer"

# --- database: statements, audit, queue and sessions are all in it ------------------------------

_SQLITE = {
    # a transaction that will write takes its turn at once, instead of failing half way
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA busy_timeout=60000; PRAGMA cache_size=-16000",
}
_HERE = f"sqlite:///{HOME / 'denggao.sqlite3'}"
# a connection stays with its thread: to open one anew costs more than most pages
DATABASES = {
    "default": dj_database_url.config(default=_HERE, conn_max_age=600, conn_health_checks=True)
}
if "sqlite" in DATABASES["default"]["ENGINE"]:  # a file needs no asking whether it is still there
    DATABASES["default"] |= {"OPTIONS": _SQLITE, "CONN_HEALTH_CHECKS": False}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- who may come in ----------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "denggao.web.accounts.backends.Backend",
]
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _VALIDATION + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
    {"NAME": "denggao.web.accounts.passwords.FourClasses"},
    {"NAME": "denggao.web.accounts.passwords.NoNames"},
    {"NAME": "denggao.web.accounts.passwords.NotUsedBefore"},
]
PASSWORD_DAYS = environment.number("DENGGAO_PASSWORD_DAYS", 90, 1, 3650)
IDLE_MINUTES = environment.number("DENGGAO_IDLE_MINUTES", 30, 1, 480)
SESSION_HOURS = environment.number("DENGGAO_SESSION_HOURS", 8, 1, 24)
SEPARATION = environment.flag("DENGGAO_SEPARATION")
SECOND_FACTOR = environment.flag("DENGGAO_SECOND_FACTOR")
OIDC = environment.oidc()
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "denggao.web.accounts.views.entry.locked_out"
AXES_USERNAME_CALLABLE = "denggao.web.accounts.backends.written_name"
#: A whole office shares one address: failures of an address have their own, higher limit.
ADDRESS_FAILURE_LIMIT = 20
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- what browsers are told ---------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "denggao.web.accounts.views.entry.csrf_failed"
if environment.flag("DENGGAO_HTTPS"):
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

# --- files --------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [PACKAGE / "static", ("manual", manual.IMAGES)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "denggao.web.kit.static.VersionedStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 31_536_000
#: Each answers two requests at a time; the jobs have a process of their own beside them.
_CORES = 1 if sys.platform == "win32" else min(4, os.cpu_count() or 1)
WORKERS = environment.number("DENGGAO_WORKERS", _CORES, 1, 64)
#: Ledgers as they were brought; never served from here directly.
UPLOADS = HOME / "uploads"
#: What people have ordered; cleared away after a week.
FILES = HOME / "files"
MOST_UPLOADED = 64 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

#: Boundaries of regions for the board, see planning/maps.py.
MAPS = environment.folder("DENGGAO_MAPS")

# --- language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # the worker tells in English of each job that it takes up; what goes wrong is still said
    "handlers": {"console": {"class": "logging.StreamHandler", "level": "WARNING"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
