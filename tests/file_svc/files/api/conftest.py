"""Clients of the API."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from tests.file_svc import factories


@pytest.fixture
def owner(client_of: Callable[..., APIClient]) -> APIClient:
    """The owner of the files that the factories make."""
    return client_of(factories.OWNER, "seller")


@pytest.fixture
def stranger(client_of: Callable[..., APIClient]) -> APIClient:
    """Another seller."""
    return client_of(factories.STRANGER, "seller")


@pytest.fixture
def staff(client_of: Callable[..., APIClient]) -> APIClient:
    """A member of staff."""
    return client_of(factories.STRANGER, "support")
