"""The settings that the services share, as a function of a service's name."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from common import topology
from common.database import prepared
from common.observability import logs, tracing
from common.settings import env, static

LOCAL_HOSTS = ["127.0.0.1", "localhost"]

APPS = (
    "common.admin",
    "common.admin.apps.HistoryConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django.contrib.messages",
    "rest_framework",
    "common.events",
    "common.pages",
)

MIDDLEWARE = (
    "common.observability.middleware.RequestContext",
    "common.api.middleware.ProblemAnswers",
    "django.middleware.security.SecurityMiddleware",
    "common.pages.middleware.ContentSecurityPolicy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
)

CONTEXT_PROCESSORS = (
    "django.template.context_processors.request",
    "django.contrib.messages.context_processors.messages",
)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["common.api.authentication.GatewayAssertion"],
    "DEFAULT_PERMISSION_CLASSES": ["common.api.permissions.SignedIn"],
    "DEFAULT_PARSER_CLASSES": ["common.api.serializers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "common.api.browsable.BrowsablePages",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.api.negotiation.Negotiation",
    "VIEW_NAME_FUNCTION": "common.api.browsable.name_of",
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.NewestFirst",
    "EXCEPTION_HANDLER": "common.api.errors.answer",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# The same in every service, whatever the environment says.
_FIXED: dict[str, Any] = {
    "AUTH_USER_MODEL": "operators.Operator",
    "AUTHENTICATION_BACKENDS": [],
    # Sign-in, messages and sessions of the admin stand around its views alone (common.admin.site), not in MIDDLEWARE.
    "SILENCED_SYSTEM_CHECKS": ["admin.E408", "admin.E409", "admin.E410"],
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    "REST_FRAMEWORK": REST_FRAMEWORK,
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "LANGUAGE_CODE": "en",
    "TIME_ZONE": "UTC",
    "USE_TZ": True,
    "USE_I18N": False,
    "FORMAT_MODULE_PATH": "common.admin.formats",
    "APPEND_SLASH": False,
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 1_048_576,
}


def for_service(name: str, *, apps: tuple[str, ...], prepares_statements: bool = False) -> dict[str, Any]:
    """Django's settings for one service that consists of these apps.

    ``prepares_statements``: for one that sends few different statements, each often.

    Raises ImproperlyConfigured when the environment lacks something that cannot have a safe default.
    """
    tracing.keep_out()
    service = topology.BY_NAME[name]
    public_url = env.optional("OPENCOMMERCE_PUBLIC_URL", "http://127.0.0.1:8000")
    return {
        **_FIXED,
        "SERVICE": service,
        "PUBLIC_URL": public_url,
        "ALLOWED_HOSTS": [urlsplit(public_url).hostname, *LOCAL_HOSTS],
        **_cookies(public_url),
        **static.for_static(),
        "INSTALLED_APPS": [*APPS, *apps],
        "MIDDLEWARE": list(MIDDLEWARE),
        "TEMPLATES": _templates(),
        "ROOT_URLCONF": f"{name}.config.urls",
        "DATABASES": {"default": _database(service, prepares_statements)},
        "CACHES": _caches(name),
        "BROKER_URL": env.required("OPENCOMMERCE_BROKER_URL"),
        "SECRET_KEY": env.required(f"{name.upper()}_SECRET_KEY"),
        "ASSERTION_PUBLIC_KEY": env.key("OPENCOMMERCE_ASSERTION_PUBLIC_KEY"),
        "STAFF_NEED_SECOND_FACTOR": env.flag("OPENCOMMERCE_STAFF_NEED_SECOND_FACTOR"),
        "DEBUG": env.flag("OPENCOMMERCE_DEBUG"),
        "LOGGING_CONFIG": None,
        "LOGGING": logs.configure(service=name, level=env.optional("OPENCOMMERCE_LOG_LEVEL", "INFO")),
    }


def _templates() -> list[dict[str, Any]]:
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": list(CONTEXT_PROCESSORS)},
        }
    ]


def _cookies(public_url: str) -> dict[str, Any]:
    """One cookie against forged requests for all six projects, which the browser sends to our pages alone."""
    parts = urlsplit(public_url)
    is_secure = parts.scheme == "https"
    return {
        "CSRF_COOKIE_SECURE": is_secure,
        "CSRF_TRUSTED_ORIGINS": [f"{parts.scheme}://{parts.netloc}"],
        "CSRF_FAILURE_VIEW": "common.admin.site.csrf_refusal",
        "SESSION_COOKIE_SECURE": is_secure,
    }


def _database(service: topology.Service, prepares_statements: bool) -> dict[str, object]:  # noqa: FBT001 - ours alone
    """A connection that is kept, checked before use, and never waits for ever."""
    limits = "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
    return {
        **env.database(service.database_variable),
        "ENGINE": "common.database",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "application_name": service.name,
            "options": limits,
            # A server that vanished without a word is noticed within ten seconds (libpq's keepalive settings).
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
            **(prepared.options() if prepares_statements else {}),
        },
    }


def _caches(name: str) -> dict[str, object]:
    """Redis, as a convenience: when it is away the answer is computed, not refused."""
    return {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": env.required("OPENCOMMERCE_REDIS_URL"),
            "KEY_PREFIX": name,
            "OPTIONS": {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
        }
    }
