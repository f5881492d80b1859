"""The app of what is kept ready."""

from django.apps import AppConfig


class AnswersConfig(AppConfig):
    """Which answers belong together, and who forgets them."""

    name = "product_svc.answers"
