"""Style sheets, scripts and icons of our pages: served by the gateway for all services."""

from __future__ import annotations

from typing import Any

from common.settings import env

URL = "/static/"


def for_static() -> dict[str, Any]:
    """Django's settings for them."""
    return {"STATIC_URL": URL, "STATIC_ROOT": _root(), "STORAGES": {**_NO_UPLOADS, **static_storage()}}


def static_storage() -> dict[str, Any]:
    """How they are called: by their content where the gateway has collected them, else by their plain names."""
    name = "common.pages.storage.HashedFiles" if _root() else "django.contrib.staticfiles.storage.StaticFilesStorage"
    return {"staticfiles": {"BACKEND": name}}


# No service but file_svc keeps files, and that one says where.
_NO_UPLOADS = {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


def _root() -> str | None:
    return env.optional("OPENCOMMERCE_STATIC_ROOT") or None
