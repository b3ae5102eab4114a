"""The settings. They come from the environment; with nothing set, this is a development installation on SQLite."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.masking import mask_event
from pilots.rules.vocabulary import Cause, Court

BASE_DIR = Path(__file__).resolve().parent.parent

# Without DEBUG=false it serves this computer only.
DEBUG = environment.boolean("DEBUG", True)
SECRET_KEY = environment.secret("SECRET_KEY", kept_in=BASE_DIR / ".secret-key" if DEBUG else None)
# Where the key lies that turns a manager into a pseudonym, unless PSEUDONYM_KEY is set: `pilots.pseudonyms` alone reads it.
PSEUDONYM_KEY_FILE = environment.text("PSEUDONYM_KEY_FILE", str(BASE_DIR / ".pseudonym-key"))
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that are served when DEBUG is false.")
if not DEBUG and any("*" in host for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS must name each host when DEBUG is false: * would let a stranger choose the address in our letters. "
        "A dot in front, as in .lived-in.example, takes every name below it."
    )

INSTALLED_APPS = [
    "readiness.apps.ReadinessConfig",
    "pilots.apps.PilotsConfig",
    "readiness.apps.OfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "django_filters",
    "django_structlog",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
]

# SQLite keeps no comments on tables and columns; PostgreSQL does.
SILENCED_SYSTEM_CHECKS = ["fields.W163", "models.W046"]

MIDDLEWARE = [
    # First, so that redirects, static files and refusals carry the policy too.
    "csp.middleware.CSPMiddleware",
    # Before all that refuses: it answers for them.
    "readiness.api.exceptions.ProblemDetailsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.cross_origin.CrossOrigin",
    "config.compression.PackAnswers",
    "config.never_kept.NeverKept",
    "config.busy.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.sign_in.SignedInByDefault",
    "allauth.account.middleware.AccountMiddleware",
    "config.query_strings.CheckQueryString",
    "config.request_log.RequestLog",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.busy.BusyDatabase",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "config.form_renderer.FormRenderer"

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
                "readiness.pages.masthead.masthead",
            ]
        },
    }
]

# Facts

DATABASES = {
    "default": environment.database(
        "DATABASE_URL",
        f"sqlite:///{BASE_DIR / 'lived-in.sqlite3'}" if DEBUG else None,
        pool_size=environment.whole_number("DATABASE_POOL_SIZE", 10, least=1),
        wait=environment.whole_number("DATABASE_WAIT_SECONDS", 20, least=1),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in attempts are counted here, so several processes must share it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if DEBUG
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}
}

# People

AUTH_USER_MODEL = "pilots.Person"
AUTHENTICATION_BACKENDS = ["config.accounts.ByAddress"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "config.accounts.ByInvitation"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "change_password": "config.sign_in_forms.ChangePassword",
    "reset_password": "config.sign_in_forms.AskForPassword",
    "reset_password_from_key": "config.sign_in_forms.SetPasswordByLetter",
}
# The package's own writes a row for whomever a stranger asks a letter for. The address is part of this one's token too.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
# `login_failed` and `letter` are counted by account and network together (config.accounts): a stranger elsewhere locks
# nobody out, and stops nobody's letters. What comes from one address alone is bounded too, at more than the people behind
# one are likely to mistype. `reset_password` is the package's own count: by account alone, unless said otherwise.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
    "reset_password": "20/m/ip",
    "letter": "5/m/key",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# The package asks for a verified address, so that nobody signs up with another's and shuts them out. Nobody signs up here.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Lived In"

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
# What is said once is kept with the session: a cookie of its own would be one more to guard.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What a browser may do

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # The picture of a one-time password's code is written into its page.
        "img-src": ["'self'", "data:"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS", [])

if not DEBUG:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = environment.whole_number("SECURE_HSTS_SECONDS", 365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers take these from this very host over TLS, for all of it: no neighbouring host can plant one.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    # Whether browsers ship with the name is for the owner of the domain to ask, not for us.
    SILENCED_SYSTEM_CHECKS += ["security.W021"]

# How many proxies of ours stand in front. Their word on the scheme and the address is taken, nobody else's.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.whole_number("TRUSTED_PROXIES", 0)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
LISTS_ROOT = environment.folder(
    "LISTS_ROOT",
    environment.folder_beside(DATABASES["default"], BASE_DIR) / "lists",
    outside=STATIC_ROOT,
    beside=BASE_DIR,
)
# Lists that are imported. They are read by the server alone, and never served.
LIST_MOST_BYTES = environment.whole_number("LIST_MOST_MEGABYTES", 100, least=1) * 1024 * 1024
STORAGES = {
    "lists": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": LISTS_ROOT, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_USE_FINDERS = DEBUG

# Evidence: never below what is served as static files. Several machines share this folder as they share the database.
EVIDENCE_ROOT = environment.folder(
    "EVIDENCE_ROOT",
    environment.folder_beside(DATABASES["default"], BASE_DIR) / "evidence",
    outside=STATIC_ROOT,
    beside=BASE_DIR,
)
EVIDENCE_MOST_BYTES = environment.whole_number("EVIDENCE_MOST_MEGABYTES", 25, least=1) * 1024 * 1024

# Long lists are read outside of a request: by `db_worker`, by `run_imports`, or by `start` itself.

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Words and days: every calendar date is a date in this time zone.

# Each reader gets the language that their browser asks for; this one, where it asks for none of ours. What the log keeps and
# letters to others are in this one.
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = environment.one_of("LANGUAGE_CODE", "en-gb", tuple(code for code, _name in LANGUAGES))
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = environment.time_zone("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

# Letters

# Printed in development only: whoever reads the log of an installation would hold the links in its letters.
if environment.text("EMAIL_HOST", ""):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend" if DEBUG else "readiness.text.mail.NoLetters"
EMAIL_TIMEOUT = 20
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.whole_number("EMAIL_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.boolean("EMAIL_USE_TLS", True)
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "lived-in@localhost")

# The API

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "readiness.api.authentication.ByToken",
        "readiness.api.authentication.BySession",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "readiness.api.authentication.WithinScope",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PARSER_CLASSES": ["readiness.api.parsers.Parser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "readiness.api.renderers.ByPreference",
    "DEFAULT_SCHEMA_CLASS": "readiness.api.parameters.Schema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "readiness.api.exceptions.handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Of each token, counted by all processes together; 0 counts nothing.
API_REQUESTS_PER_MINUTE = environment.whole_number("API_REQUESTS_PER_MINUTE", 600)
# Origins whose pages may ask it from a browser, with a token; none unless named.
API_CORS_ORIGINS = environment.names("API_CORS_ORIGINS", [])
KNOX_TOKEN_MODEL = "pilots.ApiToken"
# The library's own table of tokens is not used, so it is not made.
MIGRATION_MODULES = {"knox": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lived In",
    "DESCRIPTION": (
        "Which decision is missing, whose it is, and for how many days. A read that does not list `known_at` "
        "is answered by all that is known now, and refuses it."
    ),
    "VERSION": "1.1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "readiness.api.openapi.complete"],
    "ENUM_NAME_OVERRIDES": {
        "StageEnum": "pilots.rules.vocabulary.Stage.values",
        "StandingEnum": "pilots.rules.vocabulary.Standing.values",
        "GateStateEnum": "readiness.rules.standing.GATE_STATES",
        "ChangeEnum": "readiness.rules.changes.Change.values",
        "ExitEnum": "readiness.rules.changes.Exit.values",
        "CauseEnum": Cause.values(),
        "CourtEnum": Court.values(),
    },
    # What is folded is not drawn: the page stands sooner, and its own list leads to each operation.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": 0},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Logs

# A report of friction carries no name. A log that ties an account, an address or a browser to its minute would.
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False


def without_browser(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    event.pop("user_agent", None)
    return event


LOG_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_browser,
    structlog.processors.format_exc_info,
]
# Each request writes one line, when it is answered.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
structlog.configure(
    processors=[*LOG_STEPS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_STEPS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                mask_event,
                structlog.processors.JSONRenderer(),
            ],
        },
        "served": {"()": "django.utils.log.ServerFormatter", "format": "[{server_time}] {message}", "style": "{"},
    },
    "filters": {
        "masked": {"()": "config.masking.SecretMaskingFilter"},
        "logged_once": {"()": "config.request_log.LoggedOnce"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["logged_once"]},
        "server": {"class": "logging.StreamHandler", "formatter": "served", "filters": ["masked"]},
    },
    "loggers": {
        # Nothing of Django's own handlers: they print addresses as they came.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": ["server"], "level": "INFO", "propagate": False},
    },
    "root": {
        "handlers": ["stderr"],
        "level": environment.one_of("LOG_LEVEL", "WARNING" if DEBUG else "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    },
}
