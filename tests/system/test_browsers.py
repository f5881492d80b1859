"""People at their browsers: through the real door, to real services and back."""

from __future__ import annotations

import json
import re
import secrets

import pyotp
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ops.platform import Platform
from tests.system.people import ADDRESS, PASSWORD, mails, place, publish, sign_up, wait_until
from tests.system.visitor import COOKIE, Browser
from tests.user_svc.authenticator import Authenticator

TICKET = "/api/v1/notifications/ticket/"
HERE = "/account/second-factor/"
# A change at each service.
CHANGES = [
    ("POST", "/api/v1/users/me/addresses/", ADDRESS),
    ("POST", "/api/v1/products/", {"title": "A thing"}),
    ("POST", "/api/v1/cart/items/", {"sku": "SKU-1", "quantity": 1}),
    ("POST", "/api/v1/notifications/read-all/", {}),
    ("POST", "/api/v1/files/bulk-delete/", {"ids": []}),
]


def address() -> str:
    return f"ada-{secrets.token_hex(6)}@example.com"


@pytest.fixture
def email() -> str:
    return address()


@pytest.fixture
def ada(platform: Platform, email: str) -> Browser:
    """Somebody who has just signed up at a browser."""
    browser = Browser(platform.url)
    browser.register(email, PASSWORD)
    return browser


class TestCookie:
    def test_signs_in_to_the_api(self, ada: Browser, email: str) -> None:
        assert ada.look("/api/v1/users/me/", "application/json").json()["email"] == email
        assert ada.look("/api/v1/orders/", "application/json").status == 200

    def test_shows_the_browsable_api(self, ada: Browser, email: str) -> None:
        page = ada.look("/api/v1/users/me/")

        assert page.status == 200
        assert email in page.text

    def test_leads_a_visitor_to_sign_in_first(self, platform: Platform, ada: Browser) -> None:
        page = Browser(platform.url).look("/api/v1/users/me/")

        assert (page.status, page.leads_to) == (303, "/login/?next=/api/v1/users/me/")

    @pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=lambda each: str(each)[:30])
    def test_changes_nothing_for_other_sites(self, ada: Browser, method: str, path: str, body: object) -> None:
        forged = [
            ada.call(method, path, body, **{"X-CSRFToken": ""}),
            ada.call(method, path, body, **{"X-CSRFToken": "a" * 32}),
            ada.call(method, path, body, Origin="https://evil.example"),
        ]

        assert [page.status for page in forged] == [403] * 3
        assert {page.json()["code"] for page in forged} == {"csrf_failed"}
        assert ada.call(method, path, body).status != 403 or "products" in path

    def test_is_worth_nothing_after_sign_out(self, ada: Browser) -> None:
        stolen = Browser(ada.origin, {COOKIE: ada.cookies[COOKIE]})

        assert ada.fill_in("/logout/").leads_to == "/login/"

        assert COOKIE not in ada.cookies
        assert stolen.look("/api/v1/users/me/", "application/json").status == 401

    def test_ends_when_the_password_is_changed_elsewhere(self, platform: Platform, ada: Browser, email: str) -> None:
        elsewhere = Browser(platform.url)
        elsewhere.sign_in(email, PASSWORD)

        changed = elsewhere.fill_in("/account/password/", current=PASSWORD, new="a longer walk home")

        assert changed.leads_to == "/account/?done=password"
        wait_until(lambda: ada.look("/api/v1/users/me/", "application/json").status == 401)
        assert elsewhere.look("/api/v1/users/me/", "application/json").status == 200


class TestLiveFeed:
    def test_opens_with_a_ticket(self, platform: Platform) -> None:
        seller, email = sign_up(platform.url, "seller"), address()
        sku = publish(seller, stock=1)
        browser = Browser(platform.url)
        browser.register(email, PASSWORD)
        ticket = browser.call("POST", TICKET).json()["ticket"]
        socket = f"ws{platform.url.removeprefix('http')}/ws/notifications/?ticket={ticket}&after=0"

        with connect(socket, origin=platform.url, proxy=None) as feed:
            assert json.loads(feed.recv(timeout=10))["type"] == "ready"
            buyer = sign_up(platform.url)
            buyer.shop.sign_in(email=email, password=PASSWORD)
            place(buyer, sku)
            assert json.loads(feed.recv(timeout=30))["event"] == "orders.order_confirmed.v1"

    def test_does_not_open_with_the_cookie(self, platform: Platform, ada: Browser) -> None:
        socket = f"ws{platform.url.removeprefix('http')}/ws/notifications/"
        cookie = {"Cookie": f"{COOKIE}={ada.cookies[COOKIE]}"}

        with connect(socket, origin=platform.url, additional_headers=cookie, proxy=None) as feed:
            assert closed_with(feed) == 4401

    def test_has_a_page(self, ada: Browser) -> None:
        page = ada.look("/account/notifications/")

        assert page.status == 200
        assert f'data-ticket="{TICKET}"' in page.text


class TestLetters:
    def test_lead_to_pages(self, platform: Platform, ada: Browser, email: str) -> None:
        token = wait_until(lambda: _token(platform, email, "verify-email"))

        assert ada.fill_in("/account/verify-email/", token=token).leads_to == "/account/?done=verified"
        assert "Send another letter" not in ada.look("/account/?done=verified").text

    def test_replace_a_forgotten_password(self, platform: Platform, ada: Browser, email: str) -> None:
        visitor = Browser(platform.url)
        visitor.look("/account/forgot-password/")
        visitor.fill_in("/account/forgot-password/", email=email)
        token = wait_until(lambda: _token(platform, email, "reset-password"))

        assert visitor.fill_in("/account/reset-password/", token=token, new="short").status == 400
        again = visitor.fill_in("/account/reset-password/", token=token, new="a longer walk home")

        assert again.leads_to == "/login/?done=reset"
        assert visitor.sign_in(email, "a longer walk home").leads_to == "/account/"
        assert visitor.fill_in("/account/reset-password/", token=token, new="another walk home").status == 400


class TestSecondFactor:
    def test_is_turned_on_used_and_turned_off(self, platform: Platform, ada: Browser, email: str) -> None:
        begun = ada.fill_in(f"{HERE}codes/", current=PASSWORD)
        secret = begun.hidden("secret")
        code = pyotp.TOTP(secret).now()
        done = ada.fill_in(f"{HERE}codes/confirm/", secret=secret, uri=begun.hidden("uri"), code=code)
        codes = re.findall(r'<li class="card">([0-9a-z-]+)</li>', done.text)
        assert len(codes) == 10

        other = Browser(platform.url)
        step = other.sign_in(email, PASSWORD, to=HERE)
        assert (step.status, COOKIE in other.cookies) == (200, False)
        fields = {"challenge": step.hidden("challenge"), "methods": step.hidden("methods"), "next": HERE}
        assert other.fill_in("/login/second-factor/", **fields, code="000000").status == 401
        entered = other.fill_in("/login/second-factor/", **fields, recovery_code=codes[0])

        assert entered.leads_to == HERE
        assert "You have 9 left." in other.look(HERE).text
        assert other.fill_in(f"{HERE}codes/off/", current=PASSWORD).leads_to == f"{HERE}?done=codes-off"
        assert Browser(platform.url).sign_in(email, PASSWORD).leads_to == "/account/"


class TestPasskey:
    def test_signs_in_alone_and_after_a_password(self, platform: Platform, ada: Browser, email: str) -> None:
        key = Authenticator(origin=platform.url)
        begun = ada.call("POST", "/api/v1/users/me/factors/passkeys/options/", {"current": PASSWORD}).json()
        made = {"challenge": begun["challenge"], "credential": json.dumps(key.create(begun["options"]))}
        kept = ada.fill_in(f"{HERE}passkeys/", current=PASSWORD, name="My key", **made)
        assert "The passkey was added" in kept.text

        alone = Browser(platform.url)
        alone.look("/login/")
        asked = alone.call("POST", "/api/v1/auth/token/passkey/options/").json()
        signed = {"challenge": asked["challenge"], "assertion": json.dumps(key.get(asked["options"]))}
        assert alone.fill_in("/login/passkey/", next=HERE, **signed).leads_to == HERE
        assert "My key" in alone.look(HERE).text

        second = Browser(platform.url)
        step = second.sign_in(email, PASSWORD)
        challenge, methods = step.hidden("challenge"), step.hidden("methods")
        asked = second.call("POST", "/api/v1/auth/token/second-factor/options/", {"challenge": challenge}).json()
        signed = {"challenge": challenge, "assertion": json.dumps(key.get(asked["options"]))}
        assert second.fill_in("/login/second-factor/", methods=methods, next=HERE, **signed).leads_to == HERE


class TestAdmins:
    def test_are_open_for_the_administrator(self, platform: Platform) -> None:
        browser = Browser(platform.url)
        assert browser.look("/admin/users/").leads_to == "/login/?next=/admin/users/"

        entered = browser.sign_in(platform.admin["email"], platform.admin["password"], to="/admin/users/")

        assert entered.leads_to == "/admin/users/"
        assert browser.look("/admin/users/").status == 200

    def test_are_closed_for_others(self, ada: Browser) -> None:
        page = ada.look("/admin/users/")

        assert page.status == 403
        assert "those who run the shop" in page.text


def closed_with(feed: ClientConnection) -> int | None:
    """The code with which the other side ends it."""
    with pytest.raises(ConnectionClosed):
        feed.recv(timeout=10)
    return feed.close_code


def _token(platform: Platform, email: str, page: str) -> str | None:
    """What stands behind the # of the newest link to this page in a letter to this address."""
    letters = mails(platform).replace("=\n", "").replace("=3D", "=").split("Content-Type: multipart")
    links = [re.findall(rf"/account/{page}/#token=([\w:-]+)", letter) for letter in letters if email in letter]
    return next((found[-1] for found in reversed(links) if found), None)
