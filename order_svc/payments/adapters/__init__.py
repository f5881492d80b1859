"""The payment providers that the shop can ask, by name."""

from django.conf import settings

from order_svc.payments.adapters.measured import Measured
from order_svc.payments.adapters.provider import Provider, ProviderUnavailable
from order_svc.payments.adapters.sandbox import Sandbox


def _providers() -> dict[str, Provider]:
    """Those that the settings switch on."""
    providers: dict[str, Provider] = {}
    if settings.SANDBOX_IS_ON:
        providers["sandbox"] = Sandbox()
    if settings.STRIPE_SECRET_KEY:
        # Its library is large, and needs not be there for those who do not use it.
        from order_svc.payments.adapters.stripe import Stripe

        providers["stripe"] = Stripe(
            secret_key=settings.STRIPE_SECRET_KEY,
            webhook_secret=settings.STRIPE_WEBHOOK_SECRET,
            api_url=settings.STRIPE_API_URL,
            timeout_seconds=settings.STRIPE_TIMEOUT_SECONDS,
        )
    return {name: Measured(name, provider) for name, provider in providers.items()}


PROVIDERS = _providers()


def provider_named(name: str) -> Provider:
    """Raises ProviderUnavailable for one that is switched off: it may be on again."""
    if name not in PROVIDERS:
        raise ProviderUnavailable(f"{name} is switched off")
    return PROVIDERS[name]
