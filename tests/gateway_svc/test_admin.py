"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common import clock
from common.testing.admin_pages import AdminPages, row_address
from gateway_svc.api_keys import services as api_keys
from gateway_svc.browsers import services as browsers
from gateway_svc.browsers.models import BrowserSession
from gateway_svc.browsers.services import Tokens
from gateway_svc.house_rules import services as house_rules
from gateway_svc.sessions import services as sessions

pytestmark = pytest.mark.django_db
PAIR = Tokens(access="an-access-token", refresh="a-refresh-token")


@pytest.fixture
def rows(client_of: Callable[..., Any]) -> None:
    """Three of everything."""
    for number in range(4):
        user_id = str(uuid.uuid4())
        browsers.begin_session(tokens=PAIR, user_id=user_id, session_id=str(uuid.uuid4()), now=clock.now())
        api_keys.make_key(
            user_id=uuid.UUID(user_id),
            user_name="Ada",
            roles=["customer"],
            name="key",
            scopes=["orders:read"],
            days=1,
            now=clock.now(),
        )
        sessions.end_session(session_id=f"over-{number}", user_id=user_id, ended_at=clock.now())
        house_rules.block(kind="account", value=user_id, reason="they scrape", ends_at=None, now=clock.now())
    browser = BrowserSession.objects.all()[0]
    client_of(uuid.uuid4(), "admin").post(row_address(browser, "action", "sign_out"), format="multipart")


class TestPages(AdminPages):
    most_queries = 8
