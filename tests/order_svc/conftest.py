"""What all tests of order_svc share."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _impatient(settings: Any) -> None:
    """Nobody waits two seconds for a late provider here."""
    settings.PROVIDER_TIMEOUT_SECONDS = 0.01


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The sandbox as it is, until the test says what else happens when it is asked."""
    from order_svc.payments.adapters import PROVIDERS
    from tests.order_svc.providers import Interrupted

    interrupted = Interrupted()
    monkeypatch.setitem(PROVIDERS, "sandbox", interrupted)
    return interrupted
