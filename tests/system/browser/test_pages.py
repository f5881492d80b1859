"""Each page of the shop, as people see it: light and dark, on a desk and on a telephone, by keyboard alone."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from ops.platform import Platform
from tests.system.browser.conftest import Open
from tests.system.browser.window import LOOKS, Look

FOR_ANYBODY = {
    "welcome": "/",
    "api-root": "/api/v1/",
    "sign-in": "/login/",
    "api-list": "/api/v1/products/",
    "api-docs": "/api/docs/",
}
FOR_STAFF = {
    "account": "/account/",
    "admin": "/admin/",
    "admin-users": "/admin/users/accounts/user/",
    "admin-products": "/admin/products/catalog/product/",
    "admin-orders": "/admin/orders/orders/order/",
    "admin-notifications": "/admin/notifications/notifications/notification/",
    "admin-files": "/admin/files/files/storedfile/",
    "admin-gateway": "/admin/gateway/",
}


@pytest.mark.parametrize("look", LOOKS, ids=str)
class TestPage:
    @pytest.mark.parametrize("name", FOR_ANYBODY)
    def test_looks_well_to_anybody(self, open_window: Open, look: Look, name: str) -> None:
        window = open_window(look)

        window.open(FOR_ANYBODY[name])

        window.photograph(name)
        assert window.complaints() == []

    @pytest.mark.parametrize("name", FOR_STAFF)
    def test_looks_well_to_staff(self, open_window: Open, staffs_cookies: Any, look: Look, name: str) -> None:
        window = open_window(look, staffs_cookies)

        window.open(FOR_STAFF[name])

        window.photograph(name)
        assert window.complaints() == []


class TestThePageInFrontOfTheAdmins:
    def test_shows_what_becomes_of_a_service_without_being_loaded_anew(
        self, open_window: Open, staffs_cookies: Any, platform: Platform
    ) -> None:
        window = open_window(LOOKS[0], staffs_cookies)
        page = window.open("/admin/")
        page.evaluate("document.body.dataset.page = 'the first'")
        down = page.locator("li.card", has_text="product_svc").locator(".badge", has_text="down")
        assert down.count() == 0

        platform.kill("product_svc.web", signal.SIGSTOP)
        try:
            down.wait_for()
            assert "Not all is well" in page.locator("#sentence").inner_text()
        finally:
            platform.kill("product_svc.web", signal.SIGCONT)

        down.wait_for(state="detached")
        assert page.evaluate("document.body.dataset.page") == "the first"
        assert window.faults == []


class TestKeyboard:
    def test_is_enough_to_sign_in(self, open_window: Open, platform: Platform) -> None:
        window = open_window()
        page = window.open("/login/?next=/account/")

        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # skips what every page begins with
        for answer in (platform.admin["email"], platform.admin["password"]):
            page.keyboard.press("Tab")
            page.keyboard.type(answer)
        page.keyboard.press("Enter")

        page.wait_for_url("**/account/")
        assert window.faults == []

    @pytest.mark.parametrize("path", [*FOR_ANYBODY.values(), FOR_STAFF["account"], FOR_STAFF["admin"]])
    def test_shows_where_it_is(self, open_window: Open, staffs_cookies: Any, path: str) -> None:
        window = open_window(LOOKS[0], staffs_cookies)
        window.open(path)

        stops = list(window.tab_through())

        assert len(stops) > 1
        assert [stop["name"] for stop in stops if not stop["isMarked"]] == []
