"""The app of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, sessions and tokens."""

    name = "user_svc.accounts"
