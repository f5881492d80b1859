"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from common.testing.admin_pages import AdminPages, row_address
from notify_svc.notifications import services
from notify_svc.notifications.models import Delivery
from notify_svc.recipients.services import remember_recipient
from tests.notify_svc.factories import OrderConfirmedFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(client_of: Callable[..., Any]) -> None:
    """Three of everything."""
    for number in range(3):
        ada = uuid.uuid4()
        remember_recipient(
            user_id=ada, email=f"ada{number}@example.com", full_name="Ada", roles=["customer"], version=1
        )
        services.choose(user_id=ada, wanted={"sales": {"mail": False}})
        fact = OrderConfirmedFactory(customer_id=str(ada))
        services.tell_of_confirmed_order(order=fact, now=datetime(2026, 1, 1, 12, tzinfo=UTC))
    for delivery in Delivery.objects.all():
        address = row_address(delivery, "action", "try_again_now")
        client_of(uuid.uuid4(), "admin").post(address, format="multipart")


class TestPages(AdminPages):
    most_queries = 8
