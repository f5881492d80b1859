"""What notify_svc has of its own; the rest is in common.settings.service."""

from typing import Any

from common.settings import env
from common.settings.service import for_service
from notify_svc.config.mail import mail_settings

REDIS_URL = env.required("OPENCOMMERCE_REDIS_URL")

globals().update(for_service("notify_svc", apps=("notify_svc.recipients", "notify_svc.notifications")))
globals().update(mail_settings(env.required("OPENCOMMERCE_MAIL_URL")))

DEFAULT_FROM_EMAIL = env.optional("OPENCOMMERCE_MAIL_FROM", "OpenCommerce <shop@opencommerce.example>")

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1, "health_check_interval": 10}],
            "prefix": "notify_svc",
        },
    }
}
