"""The app of what is known of files."""

from django.apps import AppConfig


class PicturesConfig(AppConfig):
    """Our copy of files."""

    name = "product_svc.pictures"
