"""Which policy counts whom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from gateway_svc.gateway.limits.policies import DEFAULTS, GUESSES, Policy, bearer_of, kind_of, network_of, policies
from gateway_svc.gateway.principals import ANONYMOUS, Principal

CUSTOMER = Principal(user_id="u-1", roles=("customer",))
STAFF = Principal(user_id="u-2", roles=("support",))


PAGE = Path(__file__).parents[4] / "docs/reference/door.md"
WHOM = ("address", "person", "staff")
CELL = re.compile(r"(\d+) in (\d+) s")


def told() -> dict[str, tuple[int, int]]:
    """Requests and seconds of each policy, as the page about the door has them."""
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]* \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", PAGE.read_text(), re.MULTILINE)
    cells = {f"{name}-{of}": cell for name, *row in rows for of, cell in zip(WHOM, row, strict=True)}
    return {label: (int(found[1]), int(found[2])) for label, cell in cells.items() if (found := CELL.match(cell))}


class TestThePageAboutThem:
    def test_tells_of_each_as_it_comes(self) -> None:
        assert told() == {policy.label: (policy.quota, policy.window_seconds) for policy in DEFAULTS.values()}


class TestTheSetting:
    def test_is_on_by_default(self) -> None:
        assert policies("on") == policies("") == DEFAULTS

    def test_switches_all_off(self) -> None:
        assert policies("off") == {}

    def test_changes_single_policies(self) -> None:
        changed = policies("on, reading-person=10/1,sign-in-address=5/60")

        assert changed["reading-person"] == Policy("reading", "person", 10, 1)
        assert changed["sign-in-address"] == Policy("sign-in", "address", 5, 60)
        assert changed["writing-person"] == DEFAULTS["writing-person"]

    @pytest.mark.parametrize("text", ["maybe", "reading=1/1", "reading-person=0/1", "reading-person=1", "off,on=1/1"])
    def test_stops_the_start_when_it_is_none(self, text: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="OPENCOMMERCE_RATE_LIMITS"):
            policies(text)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/api/v1/products/", "reading"),
        ("HEAD", "/api/v1/orders/", "reading"),
        ("GET", "/login/", "reading"),
        ("POST", "/api/v1/cart/items/", "writing"),
        ("DELETE", "/api/v1/files/x/", "writing"),
        ("POST", "/api/v1/payments/webhooks/stripe/", "writing"),
        ("POST", "/api/v1/auth/token/refresh/", "writing"),
        ("POST", "/api/v1/auth/logout/", "writing"),
        ("POST", "/api/v1/auth/token/", "sign-in"),
        ("POST", "/api/v1/auth/token/second-factor/", "sign-in"),
        ("POST", "/api/v1/auth/register/", "sign-in"),
        ("POST", "/api/v1/auth/password/reset/", "sign-in"),
        ("POST", "/api/v1/users/me/factors/totp/", "sign-in"),
        ("DELETE", "/api/v1/users/me/factors/totp/", "sign-in"),
        ("DELETE", "/api/v1/users/me/factors/passkeys/x/", "sign-in"),
        ("PATCH", "/api/v1/users/me/", "sign-in"),
        ("PATCH", "/api/v1/users/me/factors/passkeys/x/", "writing"),
        ("POST", "/login/", "sign-in"),
        ("POST", "/register/", "sign-in"),
        ("POST", "/account/forgot-password/", "sign-in"),
        ("POST", "/api/v1/orders/", "payment"),
        ("POST", "/api/v1/orders/quote/", "writing"),
        ("POST", "/api/v1/files/", "uploads"),
        ("BREW", "/api/v1/products/", "writing"),
    ],
)
def test_a_request_is_of_a_kind(method: str, path: str, kind: str) -> None:
    assert kind_of(method, path) == kind


class TestTheBearer:
    def test_is_the_address_of_a_visitor(self) -> None:
        assert bearer_of(ANONYMOUS, "203.0.113.7", "reading") == ("address", b"203.0.113.7")

    def test_is_the_person_wherever_they_are(self) -> None:
        assert bearer_of(CUSTOMER, "203.0.113.7", "reading") == ("person", b"u-1")

    def test_is_staff_for_all_but_guessing_and_paying(self) -> None:
        assert bearer_of(STAFF, "203.0.113.7", "uploads") == ("staff", b"u-2")
        assert bearer_of(STAFF, "203.0.113.7", "payment") == ("person", b"u-2")

    def test_has_a_policy_for_each_kind(self) -> None:
        # Who guesses is nobody yet.
        kinds = {policy.name for policy in DEFAULTS.values()} - {GUESSES}

        for principal in (ANONYMOUS, CUSTOMER, STAFF):
            for kind in kinds:
                assert f"{kind}-{bearer_of(principal, '::1', kind)[0]}" in DEFAULTS

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.7", b"203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", b"2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::1", b"2001:db8:1:2::"),
            ("::ffff:203.0.113.7", b"203.0.113.7"),
            ("", b"unknown"),
        ],
    )
    def test_of_an_ipv6_address_is_its_64(self, address: str, network: bytes) -> None:
        assert network_of(address) == network
