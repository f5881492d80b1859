"""Where notify_svc answers over HTTP; its socket is in config.asgi."""

from django.urls import include, path

from common.admin.urls import urls as admin_urls
from common.observability import health

urlpatterns = [
    *health.urls(),
    *admin_urls(),
    path("api/v1/notifications/", include("notify_svc.notifications.api.urls")),
]
