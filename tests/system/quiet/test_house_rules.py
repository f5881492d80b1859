"""What staff set at the door, on its pages or by a file, holds in time at every gateway process."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from common.topology import GATEWAY
from ops.bench.stage import Stage
from ops.errors import OpsError
from ops.platform import Platform
from ops.shop import Refused, Shop
from tests.system.people import Person, sign_up, wait_until
from tests.system.test_admins import Browser

PROMISED_SECONDS = 2.0
RULES = "/admin/gateway/house_rules/"
CATEGORIES = "/api/v1/categories/"
WORD = "We count our stock."


@pytest.fixture
def staff(platform: Platform, doors: list[str]) -> Browser:
    """The administrator, at the gateway's admin."""
    browser = Browser(doors[0])
    browser.get("/admin/gateway/")
    browser.sign_in(**platform.admin)
    return browser


@pytest.fixture
def somebody(platform: Platform) -> Person:
    return sign_up(platform.url)


def page_of(model: str, key: str) -> str:
    """Of one rule; Django writes a key in an address as it does everywhere in its admins."""
    return f"{RULES}{model}/{key.replace('/', '_2F').replace(' ', '_20')}/"


def do(staff: Browser, page: str, action: str, **answers: str) -> None:
    """What a button of that page does."""
    staff.get(f"{page}do/{action}/")
    assert staff.status == 200, staff.page
    staff.send(f"{page}do/{action}/", **answers)
    assert "/do/" not in staff.path, staff.page


def told(door: str, path: str, access: str = "", body: Any = None) -> tuple[int, str]:
    """The status and code of a refusal; 200 where there is none."""
    with Shop(door, timeout_seconds=10) as shop:
        shop.access = access
        try:
            shop.request("POST", path, body=body) if body else shop.request("GET", path)
        except Refused as refusal:
            return refusal.status, refusal.code
        return 200, ""


def wait_for(answer: tuple[int, str], doors: list[str], path: str, access: str = "", body: Any = None) -> None:
    """At every door, within what was promised."""
    wait_until(
        lambda: {told(door, path, access, body) for door in doors} == {answer},
        seconds=PROMISED_SECONDS,
        otherwise=lambda: str([told(door, path, access, body) for door in doors]),
    )


class TestThePages:
    def test_close_a_route_and_open_it_again(self, staff: Browser, doors: list[str]) -> None:
        page = page_of("route", CATEGORIES)

        do(staff, page, "close", closed_because=WORD, back_in_seconds="600")
        wait_for((503, "closed"), doors, CATEGORIES)
        do(staff, page, "open")
        wait_for((200, ""), doors, CATEGORIES)

    def test_set_what_a_route_takes(self, staff: Browser, doors: list[str]) -> None:
        page, large = page_of("route", "/api/v1/cart/"), {"sku": "x" * 2000, "quantity": 1}

        do(staff, page, "set_route", body_bytes="1024")
        wait_for((413, "too_large"), doors, "/api/v1/cart/items/", body=large)
        do(staff, page, "set_route", body_bytes="")
        wait_for((400, "invalid"), doors, "/api/v1/cart/items/", body=large)

    def test_keep_an_account_out_and_let_it_in_again(self, staff: Browser, doors: list[str], somebody: Person) -> None:
        do(staff, f"{RULES}block/", "block", kind="account", value=somebody.id, reason="A test.", hours="1")
        wait_for((403, "blocked"), doors, "/api/v1/orders/", somebody.shop.access)
        staff.get(f"{RULES}block/?q={somebody.id}")
        assert "A test." in staff.page
        (made,) = re.findall(rf"{RULES}block/([0-9a-f-]{{36}})/change/", staff.page)

        do(staff, f"{RULES}block/{made}/", "lift")

        wait_for((200, ""), doors, "/api/v1/orders/", somebody.shop.access)

    def test_revoke_an_api_key(self, staff: Browser, doors: list[str], somebody: Person) -> None:
        made = somebody.shop.request("POST", "/api/v1/api-keys/", body={"name": "a", "scopes": ["orders:read"]})
        wait_for((200, ""), doors, "/api/v1/orders/", made["key"])

        do(staff, f"/admin/gateway/api_keys/apikey/{made['id']}/", "revoke")

        wait_for((401, "authentication_failed"), doors, "/api/v1/orders/", made["key"])


class TestAFile:
    def test_holds_once_it_is_imported_until_another_is(
        self, platform: Platform, doors: list[str], tmp_path: Path
    ) -> None:
        manage = partial(Stage(platform).manage, GATEWAY, "house_rules")
        closing, nothing = tmp_path / "closing.toml", tmp_path / "nothing.toml"
        closing.write_text(f'[routes."{CATEGORIES}"]\nclosed_because = "{WORD}"\n')
        nothing.write_text("")

        with pytest.raises(OpsError):  # it ends with 1 where something would change
            manage("diff", str(closing))
        assert {told(door, CATEGORIES) for door in doors} == {(200, "")}
        manage("import", str(closing))
        wait_for((503, "closed"), doors, CATEGORIES)
        assert manage("diff", str(closing)) == ""
        assert WORD in manage("export")
        manage("import", str(nothing))
        wait_for((200, ""), doors, CATEGORIES)
