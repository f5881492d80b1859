"""What notify_svc has of its own; the rest is in common.settings.service."""

from typing import Any

from common.settings import env
from common.settings.mail import for_mail
from common.settings.service import for_service

REDIS_URL = env.required("OPENCOMMERCE_REDIS_URL")

_APPS = ("notify_svc.recipients", "notify_svc.notifications")

globals().update(for_service("notify_svc", apps=_APPS, prepares_statements=True))
globals().update(for_mail())

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1, "health_check_interval": 10}],
            "prefix": "notify_svc",
        },
    }
}
