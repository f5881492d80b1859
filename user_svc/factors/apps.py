"""The app of second factors."""

from django.apps import AppConfig


class FactorsConfig(AppConfig):
    """What people show besides a password."""

    name = "user_svc.factors"
