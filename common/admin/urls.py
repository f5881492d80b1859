"""Where a service's admin answers."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import URLResolver, path
from django.utils.module_loading import module_has_submodule


def urls() -> list[URLResolver]:
    """The admin of this service, with all that its apps and ours register."""
    _register_all()
    route: str = settings.SERVICE.admin_path.removeprefix("/")
    return [path(route, admin.site.urls)]


def _register_all() -> None:
    """As Django's autodiscovery, but for what Django registers itself: groups, which nobody here has."""
    ours = ("common.", f"{settings.SERVICE.name}.")
    for app in apps.get_app_configs():
        if app.name.startswith(ours) and module_has_submodule(app.module, "admin"):
            import_module(f"{app.name}.admin")
