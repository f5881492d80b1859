"""Using the API in a browser: on its own pages, and on the page that tries its document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ops.platform import Platform
from tests.system.browser.conftest import Open
from tests.system.people import PASSWORD, Person, publish, sign_up

ADDRESSES = "/api/v1/users/me/addresses/"
PICTURE = Path(__file__).resolve().parents[3] / "ops" / "demo" / "pictures" / "teapot.webp"


@pytest.fixture(scope="module")
def seller(platform: Platform) -> Person:
    return sign_up(platform.url, "seller")


@pytest.fixture
def page(open_window: Open, seller: Person) -> Page:
    """A window in which the seller is signed in by the shop's own page."""
    window = open_window()
    window.sign_in(email=seller.email, password=PASSWORD)
    return window.page


def form_of(page: Page, method: str) -> Any:
    return page.locator(f"form[data-api-method={method}]")


def answer_in(form: Any) -> Any:
    """What an API page shows below a form, read."""
    return json.loads(form.locator("output pre").inner_text())


class TestPagesOfTheApi:
    def test_order(self, page: Page, seller: Person) -> None:
        sku = publish(seller, stock=1)
        page.goto("/api/v1/orders/")
        form = form_of(page, "POST")
        body = json.loads(form.locator("textarea").input_value())

        form.locator("textarea").fill(json.dumps({**body, "items": [{"sku": sku, "quantity": 1}]}))
        form.locator("button").click()

        expect(form.locator("output .status")).to_have_text("201 Created")
        assert answer_in(form)["lines"][0]["sku"] == sku

    def test_add_change_and_remove(self, page: Page) -> None:
        page.goto(ADDRESSES)
        form_of(page, "POST").locator("button").click()
        expect(form_of(page, "POST").locator("output .status")).to_have_text("201 Created")
        made = answer_in(form_of(page, "POST"))

        page.goto(f"{ADDRESSES}{made['id']}/")
        form_of(page, "PATCH").locator("textarea").fill('{"city": "Leeds"}')
        form_of(page, "PATCH").locator("button").click()
        expect(form_of(page, "PATCH").locator("output pre")).to_contain_text("Leeds")
        form_of(page, "DELETE").locator("button").click()

        expect(form_of(page, "DELETE").locator("output .status")).to_have_text("204 No Content")

    def test_upload_a_file(self, page: Page) -> None:
        page.goto("/api/v1/files/")
        form = form_of(page, "POST")

        form.locator("input[type=file]").set_input_files(PICTURE)
        form.locator("button").click()

        expect(form.locator("output .status")).to_have_text("201 Created")
        assert answer_in(form)["content_type"] == "image/webp"

    def test_say_what_is_no_json(self, page: Page) -> None:
        page.goto(ADDRESSES)
        form = form_of(page, "POST")

        form.locator("textarea").fill("{")
        form.locator("button").click()

        expect(form.locator("output .status")).to_contain_text("This is no JSON")

    def test_show_what_is_refused(self, page: Page) -> None:
        page.goto(ADDRESSES)
        form = form_of(page, "POST")

        form.locator("textarea").fill("{}")
        form.locator("button").click()

        expect(form.locator("output .status.refused")).to_have_text("400 Bad Request")
        assert set(answer_in(form)["errors"]) == {"full_name", "line1", "country"}


class TestPageThatTriesTheDocument:
    def test_sends_what_a_signed_in_browser_has_to_show(self, page: Page) -> None:
        page.goto("/api/docs/#/addresses/users_me_addresses_create")
        operation = page.locator("#operations-addresses-users_me_addresses_create")

        operation.get_by_role("button", name="Execute").click()

        expect(operation.locator(".live-responses-table .response .response-col_status").first).to_contain_text("201")

    def test_takes_a_token(self, open_window: Open, seller: Person) -> None:
        body = {"email": seller.email, "password": PASSWORD}
        access = seller.shop.request("POST", "/api/v1/auth/token/", body=body)["access"]
        page = open_window().open("/api/docs/#/accounts/users_me_retrieve")
        page.get_by_role("button", name="Authorize").first.click()
        page.locator(".auth-container input").first.fill(access)
        page.locator(".auth-btn-wrapper button[type=submit]").first.click()
        page.locator(".auth-btn-wrapper .btn-done").first.click()

        operation = page.locator("#operations-accounts-users_me_retrieve")
        operation.get_by_role("button", name="Execute").click()

        expect(operation.locator(".live-responses-table .response .response-col_status").first).to_contain_text("200")
