"""How services are treated, as far as that can be set."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from gateway_svc.gateway.upstreams.treatment import Treatment


class TestTreatment:
    @pytest.mark.parametrize("name", ["in_flight_an_instance", "check_seconds", "resolve_seconds"])
    def test_that_would_never_end_or_begin_stops_the_start(self, name: str) -> None:
        with pytest.raises(ImproperlyConfigured, match=f"GATEWAY_SVC_{name.upper()} has to be more than 0"):
            Treatment(**{name: 0})
