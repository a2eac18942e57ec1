"""Formroom's settings: one file, read from the environment.

With nothing set it runs embedded: an SQLite file and a generated secret key in `var/`, the channel layer in memory,
one process. `DATABASE_URL` and `REDIS_URL` make it a server of several processes. `.env.example` names every variable.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from project.secret import secret_key_in

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")  # what the environment already says wins

DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
VAR_DIR = Path(env.str("FORMROOM_VAR_DIR", default="") or BASE_DIR / "var")
EMBEDDED = not DATABASE_URL

DEBUG = env.bool("DJANGO_DEBUG", default=False)

# How many processes serve this site, in all its containers and machines together. See `project.checks`.
PROCESSES = env.int("FORMROOM_PROCESSES", default=env.int("WEB_CONCURRENCY", default=1))


# --- secrets and hosts ---------------------------------------------------------------------------


def secret_key() -> str:
    """The key from the environment; embedded, one generated once."""
    key: str = env.str("DJANGO_SECRET_KEY", default="")
    if key:
        return key
    if EMBEDDED:
        return secret_key_in(VAR_DIR)
    raise ImproperlyConfigured("DJANGO_SECRET_KEY must be set where DATABASE_URL is: every process needs the same one.")


SECRET_KEY = secret_key()
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])

# Behind a proxy that ends TLS: everything is on https, cookies too, and the proxy's header is believed.
HTTPS = env.bool("DJANGO_HTTPS", default=False)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = env.int("DJANGO_HSTS_SECONDS", default=30 * 24 * 3600)
# Whether HSTS holds for the domain's other hosts, and is built into browsers, is for the owner of the domain to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

SESSION_ENGINE = "django.contrib.sessions.backends.db"  # cached_db can bring a revoked session back
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the page, not from the cookie
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "project.refusals.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Nothing comes from elsewhere, and nothing is inline but images in style sheets (those of Django's admin).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],  # the sockets too
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}


# --- the application -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",  # first: it replaces runserver
    "channels",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "project",
    "collab.accounts",
    "collab.drafts",
    "collab.forms",
    "collab.rooms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "project.static.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "collab.accounts.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "collab.accounts.middleware.OneDevice",
    "collab.accounts.leaving.LeaveNothing",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it stands in for what a view answers
]

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "collab.accounts.context.signed_in",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["collab.accounts.backend.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"

PASSWORD_RESET_TIMEOUT = 3600

# Five wrong passwords for a name from an address, then that pair waits. See `collab.accounts.attempts`.
AXES_HANDLER = "collab.accounts.attempts.Attempts"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "collab.accounts.attempts.name_of"
AXES_CLIENT_IP_CALLABLE = "collab.accounts.attempts.address_of"
AXES_LOCKOUT_CALLABLE = "collab.accounts.views.locked"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who keeps trying does not wait for ever
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit has it
AXES_ENABLE_ADMIN = False  # so does the admin
AXES_VERBOSE = False

# One account, one device: the accounts named here, of machines, may be signed in on several.
SERVICE_ACCOUNTS = env.list("FORMROOM_SERVICE_ACCOUNTS", default=[])
IDLE_MINUTES = env.float("FORMROOM_IDLE_MINUTES", default=720.0)  # 0: nobody is signed out for doing nothing

# What a person, a session, a room and a form may hold and send. See docs/operations.md.
ROOM_LIMITS = {
    "submits_per_second": env.float("FORMROOM_SUBMITS_PER_SECOND", default=100.0),
    "burst": env.int("FORMROOM_BURST", default=200),
    "ops_per_submit": env.int("FORMROOM_OPS_PER_SUBMIT", default=100),
    "people_per_room": env.int("FORMROOM_PEOPLE_PER_ROOM", default=2_500),
    "sockets_per_user": env.int("FORMROOM_SOCKETS_PER_USER", default=200),
    "rows_per_table": env.int("FORMROOM_ROWS_PER_TABLE", default=2_000),
    "text_length": env.int("FORMROOM_TEXT_LENGTH", default=100_000),
}

# Whoever shows this token may read /metrics; without one, whoever asks from this machine. See docs/operations.md.
METRICS_TOKEN = env.str("FORMROOM_METRICS_TOKEN", default="")

# What `manage.py prune` forgets, in days; 0: nothing. See docs/operations.md.
KEEP_DAYS = {
    "outcomes": env.int("FORMROOM_KEEP_OUTCOMES_DAYS", default=30),
    "drafts": env.int("FORMROOM_KEEP_DRAFTS_DAYS", default=90),
    "sign_ins": env.int("FORMROOM_KEEP_SIGN_INS_DAYS", default=730),
    "audit": env.int("FORMROOM_KEEP_AUDIT_DAYS", default=730),
}


# --- the database --------------------------------------------------------------------------------


def embedded_database() -> dict[str, Any]:
    """SQLite as a full citizen: readers beside a writer, durable at COMMIT, writers that wait instead of failing."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / "formroom.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a transaction that reads first and writes later cannot wait: it fails
            "timeout": env.float("SQLITE_BUSY_TIMEOUT", default=10.0),
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def postgresql_database() -> dict[str, Any]:
    """PostgreSQL through psycopg's pool: persistent connections and ASGI do not go together."""
    database: dict[str, Any] = env.db_url_config(DATABASE_URL)
    if "postgresql" not in database["ENGINE"]:
        raise ImproperlyConfigured("DATABASE_URL must be a postgresql:// URL; leave it empty to run on SQLite.")
    options = database.setdefault("OPTIONS", {})
    # A `?pool=true` in the URL arrives here as a string, so the pool is not taken from there.
    timeout = env.float("DATABASE_POOL_TIMEOUT", default=10.0)
    options["pool"] = {
        "min_size": env.int("DATABASE_POOL_MIN", default=1),
        "max_size": env.int("DATABASE_POOL_MAX", default=20),
        "timeout": timeout,
        # It doubles the time between its attempts until it gives up, and begins anew with who asks next: by itself
        # after five minutes, which a database that is back after a quarter of one would be waited for.
        "reconnect_timeout": timeout,
    }
    database["CONN_MAX_AGE"] = 0
    return database


# The store's few statements are prepared once per connection; not behind a pooler that cannot keep them.
DATABASE_PREPARES = env.bool("DATABASE_PREPARES", default=True)
DATABASES = {"default": embedded_database() if EMBEDDED else postgresql_database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# --- the channel layer ---------------------------------------------------------------------------


def redis_layer() -> dict[str, Any]:
    """Redis pub/sub. The explicit Retry is what lets it come back from a lost connection; the default does not."""
    from redis.asyncio.retry import Retry
    from redis.backoff import ExponentialWithJitterBackoff

    retry = Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), retries=5)
    host = {"address": REDIS_URL, "retry": retry, "socket_connect_timeout": 2, "socket_keepalive": True}
    # Two sites on one Redis must not hear each other: sign-ins are known by numbers that both of them give.
    config = {"hosts": [host], "prefix": env.str("REDIS_PREFIX", default="formroom")}
    return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": config}


def memory_layer() -> dict[str, Any]:
    """For one process. Its groups would forget their members after a day."""
    return {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"group_expiry": 10 * 365 * 24 * 3600}}


# Who is signed out is told over connections of their own, where no room is ever so busy that it comes late.
CHANNEL_LAYERS = {name: redis_layer() if REDIS_URL else memory_layer() for name in ("default", "accounts")}


# --- static files --------------------------------------------------------------------------------

# Where STATIC_ROOT is set, `collectstatic` has filled it with hashed names, cached for ever. Else WhiteNoise serves
# straight from the finders, and browsers ask each time whether what they have is still good.
STATIC_URL = "/static/"
STATICFILES_DIRS = [directory for directory in [BASE_DIR / "static"] if directory.is_dir()]
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_AUTOREFRESH = STATIC_ROOT is None
WHITENOISE_MAX_AGE = 0 if STATIC_ROOT is None else 60

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "project.static.HashedModules"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}


# --- mail ----------------------------------------------------------------------------------------

# A new password is set by mail. With no server named, mails are written where the server's own lines are.
globals().update(env.email_url_config(env.str("EMAIL_URL", default="") or "consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="formroom@localhost")


# --- language, time, logs ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# No line holds what anybody typed: see `collab.logs`. Below INFO libraries show frames and statements, values included,
# so LOG_LEVEL goes down to DEBUG for Formroom's own lines alone.
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOG_FORMAT = env.str("LOG_FORMAT", default="text")
if LOG_FORMAT not in ("text", "json"):
    raise ImproperlyConfigured("LOG_FORMAT is text or json.")
_LIBRARIES = "WARNING" if LOG_LEVEL in ("DEBUG", "INFO") else LOG_LEVEL
_PASSED_ON: dict[str, Any] = {"handlers": [], "level": _LIBRARIES, "propagate": True}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "collab.logs.Json"}, "text": {"()": "collab.logs.Text"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": _LIBRARIES},
    "loggers": {
        "collab": {"level": LOG_LEVEL},
        "project": {"level": LOG_LEVEL},
        "axes": {"level": "ERROR"},  # the audit says it better: who, and from where
        "psycopg": {"level": "ERROR"},  # of a pipeline that failed it warns once more as it is left
        # These bring handlers of their own; one line per event, in one format, is enough. uvicorn's access log holds
        # whole addresses, those of links for a new password too.
        "django": _PASSED_ON,
        "django.server": _PASSED_ON,
        "uvicorn": _PASSED_ON,
        "uvicorn.error": _PASSED_ON,
        "uvicorn.access": _PASSED_ON,
    },
}
