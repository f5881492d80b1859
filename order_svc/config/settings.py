"""What order_svc has of its own; the rest is in common.settings.service."""

from datetime import timedelta

from common.settings import env
from common.settings.service import for_service

globals().update(
    for_service(
        "order_svc",
        apps=("common.api.idempotency", "order_svc.offers", "order_svc.payments", "order_svc.orders"),
    )
)

ORDER_TIME_LIMIT = timedelta(seconds=env.seconds("ORDER_SVC_ORDER_TIME_LIMIT_SECONDS", 300))
"""An order that is neither confirmed nor cancelled after this long is cancelled as ``expired``."""

PROVIDER_TIMEOUT_SECONDS = env.seconds("ORDER_SVC_PROVIDER_TIMEOUT_SECONDS", 2)
"""How long a payment provider may take to answer; the sandbox's late token answers after this."""
