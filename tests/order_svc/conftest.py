"""Fixtures of all tests of order_svc."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _impatient(settings: Any) -> None:
    """A short timeout of the provider, so that tests do not wait two seconds for one that is late."""
    settings.PROVIDER_TIMEOUT_SECONDS = 0.01


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The sandbox, to which a test can add what else happens when it is called."""
    from order_svc.payments.adapters import PROVIDERS
    from tests.order_svc.providers import Interrupted

    interrupted = Interrupted()
    monkeypatch.setitem(PROVIDERS, "sandbox", interrupted)
    return interrupted
