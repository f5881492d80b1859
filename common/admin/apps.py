"""The apps of the admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class OperatorsConfig(AppConfig):
    """Those who run the shop, and how their pages look."""

    name = "common.admin"
    label = "operators"
    default = True


class HistoryConfig(SimpleAdminConfig):
    """Django's admin with our site; ``urls`` finds what is registered, in web processes alone."""

    default_site = "common.admin.site.ServiceSite"
    verbose_name = "History"
    default = False
