"""Where mail goes, from one URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from common.settings import env

TIMEOUT_SECONDS = 10


def for_mail() -> dict[str, Any]:
    """Django's settings for a service that writes letters."""
    sender = env.optional("OPENCOMMERCE_MAIL_FROM", "OpenCommerce <shop@opencommerce.example>")
    return {**mail_settings(env.required("OPENCOMMERCE_MAIL_URL")), "DEFAULT_FROM_EMAIL": sender}


def mail_settings(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings for ``file:///folder`` or ``smtp[s]://[user:password@]host[:port][?tls=on]``."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("OPENCOMMERCE_MAIL_URL takes file:///folder, smtp://host:port or smtps://host:port.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.query == "tls=on",
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
