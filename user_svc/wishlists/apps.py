"""The app of wishlists."""

from django.apps import AppConfig


class WishlistsConfig(AppConfig):
    """Products that people want to find again."""

    name = "user_svc.wishlists"
