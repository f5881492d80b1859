"""Where notify_svc answers over HTTP; its socket is in config.asgi."""

from django.urls import include, path

from common.observability import health

urlpatterns = [
    *health.urls(),
    path("api/v1/notifications/", include("notify_svc.notifications.api.urls")),
]
