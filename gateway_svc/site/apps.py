"""The Django app."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Templates and scripts of the gateway's own pages."""

    name = "gateway_svc.site"
