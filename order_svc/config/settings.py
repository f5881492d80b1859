"""What order_svc has of its own; the rest is in common.settings.service."""

from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured

from common.settings import env
from common.settings.service import for_service
from order_svc.config.tables import amounts, percents

globals().update(
    for_service(
        "order_svc",
        apps=(
            "common.api.idempotency",
            "order_svc.offers",
            "order_svc.carts",
            "order_svc.payments",
            "order_svc.orders",
        ),
        prepares_statements=True,
    )
)

ORDER_TIME_LIMIT = timedelta(seconds=env.seconds("ORDER_SVC_ORDER_TIME_LIMIT_SECONDS", 300))
"""An order that is neither confirmed nor cancelled after this long is cancelled as ``expired``."""

PROVIDER_TIMEOUT_SECONDS = env.seconds("ORDER_SVC_PROVIDER_TIMEOUT_SECONDS", 2)
"""How long a payment provider may take to answer; the sandbox's late token answers after this."""

SANDBOX_IS_ON = env.flag("ORDER_SVC_SANDBOX")
"""Whether orders can be paid with the sandbox, which costs nobody anything: only where nothing is sold."""

SANDBOX_WEBHOOK_SECRET = env.optional("ORDER_SVC_SANDBOX_WEBHOOK_SECRET")
"""With which the sandbox signs its notices; none is taken while this is empty."""

STRIPE_SECRET_KEY = env.optional("ORDER_SVC_STRIPE_SECRET_KEY")
"""Switches Stripe on."""
if SANDBOX_IS_ON and STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")):  # docs.stripe.com/keys
    raise ImproperlyConfigured(
        "ORDER_SVC_SANDBOX is on beside a live key of Stripe: anybody could pay with play money. Set it to off."
    )
STRIPE_WEBHOOK_SECRET = env.optional("ORDER_SVC_STRIPE_WEBHOOK_SECRET")
STRIPE_API_URL = env.optional("ORDER_SVC_STRIPE_API_URL", "https://api.stripe.com")
STRIPE_TIMEOUT_SECONDS = env.seconds("ORDER_SVC_STRIPE_TIMEOUT_SECONDS", 8)

CURRENCY = env.optional("ORDER_SVC_CURRENCY", "USD")
"""In which nothing costs nothing: the total of an empty cart."""

# What a total is made of besides its lines. All of it is off until it is set: then a total is the sum of its lines.
SHIPPING_RATES = amounts("ORDER_SVC_SHIPPING_RATES")
FREE_SHIPPING_FROM = amounts("ORDER_SVC_FREE_SHIPPING_FROM")
TAX_PERCENTS = percents("ORDER_SVC_TAX_PERCENTS")
TAX_IS_INCLUDED = env.flag("ORDER_SVC_TAX_IS_INCLUDED", default=True)
TOTALS_ROUNDED_TO = amounts("ORDER_SVC_TOTALS_ROUNDED_TO")
