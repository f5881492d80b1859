"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common import clock
from common.admin.model_admin import ServiceAdmin
from common.testing import admin_pages
from common.testing.admin_pages import list_address, row_address
from gateway_svc.browsers import services as browsers
from gateway_svc.browsers.models import BrowserSession
from gateway_svc.browsers.services import Tokens
from gateway_svc.config import urls
from gateway_svc.sessions import services as sessions

pytestmark = pytest.mark.django_db
assert urls.urlpatterns  # registers the models
MOST_QUERIES = 8
HTML = {"HTTP_ACCEPT": "text/html"}
PAIR = Tokens(access="an-access-token", refresh="a-refresh-token")


@pytest.fixture
def rows(client_of: Callable[..., Any]) -> None:
    """Three of everything."""
    for number in range(4):
        user_id = str(uuid.uuid4())
        browsers.begin_session(tokens=PAIR, user_id=user_id, session_id=str(uuid.uuid4()), now=clock.now())
        sessions.end_session(session_id=f"over-{number}", user_id=user_id, ended_at=clock.now())
    browser = BrowserSession.objects.all()[0]
    client_of(uuid.uuid4(), "admin").post(row_address(browser, "action", "sign_out"), format="multipart")


@pytest.mark.parametrize("model_admin", admin_pages.model_admins(), ids=admin_pages.name_of)
class TestPages:
    def test_are_closed_to_customers(self, client_of: Callable[..., Any], model_admin: ServiceAdmin) -> None:
        assert client_of(uuid.uuid4(), "customer").get(list_address(model_admin.model)).status_code == 403

    @pytest.mark.usefixtures("rows")
    def test_list_and_show_rows(
        self, client_of: Callable[..., Any], model_admin: ServiceAdmin, django_assert_max_num_queries: Any
    ) -> None:
        support = client_of(uuid.uuid4(), "support")

        with django_assert_max_num_queries(MOST_QUERIES):
            listed = support.get(list_address(model_admin.model), **HTML)
        for row in model_admin.model._default_manager.all()[:3]:
            with django_assert_max_num_queries(MOST_QUERIES):
                shown = support.get(row_address(row), **HTML)
            assert shown.status_code == 200

        assert listed.status_code == 200

    def test_are_found_by_an_index(self, model_admin: ServiceAdmin) -> None:
        assert admin_pages.costly_looks(model_admin) == []
