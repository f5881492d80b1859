"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common.testing.admin_pages import AdminPages, row_address
from tests.file_svc import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(client_of: Callable[..., Any]) -> None:
    """Three files, of which one is being deleted."""
    files = [factories.stored(), factories.stored(), factories.stored_secret()]
    client_of(uuid.uuid4(), "admin").post(
        row_address(files[0], "action", "delete"), {"reason": "A test."}, format="multipart"
    )


class TestPages(AdminPages):
    most_queries = 9
