"""Who asks."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from tests.file_svc import factories


@pytest.fixture
def owner(client_of: Callable[..., APIClient]) -> APIClient:
    """The one whose files the factories make."""
    return client_of(factories.OWNER, "seller")


@pytest.fixture
def stranger(client_of: Callable[..., APIClient]) -> APIClient:
    """Somebody else."""
    return client_of(factories.STRANGER, "seller")


@pytest.fixture
def staff(client_of: Callable[..., APIClient]) -> APIClient:
    """One of those who run the shop."""
    return client_of(factories.STRANGER, "support")
