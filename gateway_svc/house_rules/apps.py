"""The Django app."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


def know_rules(**_: Any) -> None:
    """Have a row of each rule that there is, for staff to find."""
    from gateway_svc.house_rules import services

    services.know_rules(limits=settings.KNOWN_LIMITS, routes=settings.KNOWN_ROUTES)


class HouseRulesConfig(AppConfig):
    """Makes the rows once the tables are there."""

    name = "gateway_svc.house_rules"
    verbose_name = "House rules"

    def ready(self) -> None:
        post_migrate.connect(know_rules, sender=self)
