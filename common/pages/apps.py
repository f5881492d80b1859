"""The Django app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Templates and static files."""

    name = "common.pages"
