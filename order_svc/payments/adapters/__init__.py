"""The payment providers that the shop can ask, by name."""

from order_svc.payments.adapters.provider import Provider
from order_svc.payments.adapters.sandbox import Sandbox

PROVIDERS: dict[str, Provider] = {"sandbox": Sandbox()}
