"""How the gateway treats a service: the numbers that a shop may want otherwise (docs/explanation/balancing.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """The same for every service."""

    in_flight_an_instance: int = 4
    """So many requests at once, for each instance, as it has threads: in there they would wait for one
    another without our seeing it. Whoever comes then waits here (line.py)."""
    check_seconds: float = 3.0
    """Between two questions to an instance whether it is ready, about."""
    resolve_seconds: float = 5.0
    """Between two questions for the addresses of a name."""
    ejection_seconds: float = 30.0
    """How long an instance that fails is left out, the first time."""
    circuit_requests: int = 20
    """Fewer within ten seconds say nothing about a service."""
    circuit_seconds: float = 10.0
    """How long a service that fails is not asked."""

    def __post_init__(self) -> None:
        for name in ("in_flight_an_instance", "check_seconds", "resolve_seconds"):
            if not getattr(self, name) > 0:
                raise ImproperlyConfigured(f"GATEWAY_SVC_{name.upper()} has to be more than 0.")
