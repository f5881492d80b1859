"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common.admin.model_admin import ServiceAdmin
from common.testing import admin_pages
from common.testing.admin_pages import list_address, row_address
from tests.user_svc.factories import AddressFactory, SellerFactory, SessionFactory, UserFactory
from user_svc.accounts.models import User
from user_svc.config import urls
from user_svc.factors.models import Passkey
from user_svc.wishlists import services as wishlists

pytestmark = pytest.mark.django_db
assert urls.urlpatterns  # registers the models
MOST_QUERIES = 9
HTML = {"HTTP_ACCEPT": "text/html"}
all_models = pytest.mark.parametrize("model_admin", admin_pages.model_admins(), ids=admin_pages.name_of)


@pytest.fixture
def staff(client_of: Callable[..., Any]) -> Callable[[str], Any]:
    def make(role: str) -> Any:
        return client_of(UserFactory(roles=[role]).id, role)

    return make


@pytest.fixture
def rows(staff: Callable[[str], Any]) -> None:
    """Three of everything."""
    for number in range(3):
        user = SellerFactory(name=f"Shop {number}").user
        SessionFactory(user=user)
        AddressFactory(user=user)
        wishlists.wish_for(user_id=user.id, product_id=uuid.uuid4())
        Passkey.objects.create(user=user, name="key", credential_id=bytes([number]), sign_count=0, is_synced=True)
        staff("admin").post(row_address(user, "action", "sign_out"), format="multipart")


@all_models
class TestPages:
    def test_are_closed_to_customers(self, client_of: Callable[..., Any], model_admin: ServiceAdmin) -> None:
        customer = client_of(UserFactory().id, "customer")

        assert customer.get(list_address(model_admin.model)).status_code == 403

    @pytest.mark.usefixtures("rows")
    def test_list_and_show_rows(
        self, staff: Callable[[str], Any], model_admin: ServiceAdmin, django_assert_max_num_queries: Any
    ) -> None:
        support = staff("support")

        with django_assert_max_num_queries(MOST_QUERIES):
            listed = support.get(list_address(model_admin.model), **HTML)
        for row in model_admin.model._default_manager.all()[:3]:
            with django_assert_max_num_queries(MOST_QUERIES):
                shown = support.get(row_address(row), **HTML)
            assert shown.status_code == 200
            assert str(row.pk) in shown.content.decode()

        assert listed.status_code == 200
        assert "<td" in listed.content.decode() or model_admin.model is not User

    def test_are_found_by_an_index(self, model_admin: ServiceAdmin) -> None:
        assert admin_pages.costly_looks(model_admin) == []


def test_an_account_that_is_not_among_ours_is_nobody(client_of: Callable[..., Any]) -> None:
    assert client_of(uuid.uuid4(), "admin").get("/admin/users/").status_code == 403
