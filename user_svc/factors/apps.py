"""The app of second factors."""

from django.apps import AppConfig


class FactorsConfig(AppConfig):
    """What people sign in with besides a password."""

    name = "user_svc.factors"
