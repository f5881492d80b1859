"""One sign-in at a browser opens six admins, and what is done there holds for the whole shop."""

from __future__ import annotations

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from common.topology import SERVICES, Service
from ops.platform import Platform
from ops.shop import Refused
from tests.system.people import PASSWORD, Person, publish, sign_up, wait_until

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_SECONDS = 20


class Browser:
    """Keeps cookies, follows redirections, and sends the forms of pages that it was on."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.page = ""
        self.path = ""
        self.status = 0

    def get(self, path: str) -> None:
        """Look at a page."""
        self._open(Request(self._url + path))

    def send(self, path: str, **fields: str) -> None:
        """Send the form of the page that is looked at."""
        found = _TOKEN.search(self.page)
        sent = {"csrfmiddlewaretoken": found.group(1) if found else "", **fields}
        self._open(Request(self._url + path, data=urlencode(sent).encode(), headers={"Origin": self._url}))

    def sign_in(self, *, email: str, password: str) -> None:
        """By the form to which the page that is looked at led."""
        self.send(self.path, email=email, password=password)

    def _open(self, request: Request) -> None:
        request.add_header("Accept", "text/html")
        try:
            answer = self._opener.open(request, timeout=_SECONDS)
        except HTTPError as refused:
            answer = refused
        with answer:
            self.page = answer.read().decode()
            self.status = answer.status
            self.path = answer.url.removeprefix(self._url)


@pytest.fixture
def browser(platform: Platform) -> Browser:
    return Browser(platform.url)


@pytest.fixture
def seller(platform: Platform) -> Person:
    return sign_up(platform.url, "seller", patience_seconds=30)


class TestSignIn:
    def test_is_one_for_all_and_leads_back(self, platform: Platform, browser: Browser) -> None:
        browser.get("/admin/orders/")
        assert browser.path.startswith("/login/?next=")

        browser.sign_in(**platform.admin)

        assert browser.path == "/admin/orders/"
        for service in SERVICES:
            browser.get(service.admin_path)
            assert (browser.status, browser.path) == (200, service.admin_path)

    @pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
    def test_opens_nothing_to_those_who_do_not_run_the_shop(
        self, browser: Browser, seller: Person, service: Service
    ) -> None:
        browser.get(service.admin_path)
        browser.sign_in(email=seller.email, password=PASSWORD)

        assert (browser.status, browser.path) == (403, service.admin_path)
        assert "those who run the shop" in browser.page

    def test_ends_for_all(self, platform: Platform, browser: Browser) -> None:
        browser.get("/admin/users/")
        browser.sign_in(**platform.admin)

        browser.send("/logout/")
        browser.get("/admin/products/")

        assert browser.path.startswith("/login/?next=")


class TestSuspension:
    def test_on_a_page_takes_a_shop_off_the_shelves(self, platform: Platform, browser: Browser, seller: Person) -> None:
        sku = publish(seller, stock=3)
        page = f"/admin/users/sellers/seller/{seller.id}/do/suspend/"
        browser.get(page)
        browser.sign_in(**platform.admin)

        browser.send(page, reason="A test.")

        assert "Suspend, " in browser.page
        wait_until(lambda: not list(seller.shop.another_visitor().products(seller=seller.id)))
        browser.get(f"/admin/users/sellers/seller/{seller.id}/history/")
        assert "Suspend: A test." in browser.page
        assert sku not in browser.page

    def test_by_a_page_of_another_site_is_refused(self, platform: Platform, browser: Browser, seller: Person) -> None:
        page = f"/admin/users/sellers/seller/{seller.id}/do/suspend/"
        browser.get(page)
        browser.sign_in(**platform.admin)

        browser.send(page, csrfmiddlewaretoken="", reason="A forgery.")

        assert browser.status == 403
        assert self._status(seller) == "approved"

    def _status(self, seller: Person) -> str:
        try:
            return str(seller.shop.request("GET", "/api/v1/sellers/me/")["status"])
        except Refused as refusal:
            return refusal.code
