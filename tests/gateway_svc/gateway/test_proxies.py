"""Whose word on the client counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from gateway_svc.gateway.proxies import Networks, TrustedProxies, networks, read_network
from tests.gateway_svc.door import Door
from tests.gateway_svc.shelf import FakeShelf
from tests.gateway_svc.upstream import FakeService

PRODUCTS = "/api/v1/products/"
TRUSTED = "127.0.0.0/8, 10.0.0.0/8, 2001:db8:aaaa::/48"


class TestTheClient:
    @pytest.mark.parametrize(
        ("peer", "said", "client"),
        [
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", [b"203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", [b"6.6.6.6, 203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", [b"6.6.6.6, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            ("10.0.0.1", [b"6.6.6.6", b"203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", [b"10.9.9.9"], "10.9.9.9"),
            ("10.0.0.1", [b"203.0.113.7:4711"], "203.0.113.7"),
            ("10.0.0.1", [b"[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", [b"2001:db8:0::7"], "2001:db8::7"),
            ("10.0.0.1", [b"::ffff:203.0.113.7"], "203.0.113.7"),
            ("::ffff:10.0.0.1", [b"203.0.113.7"], "203.0.113.7"),
            ("2001:db8:aaaa::1", [b"203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", [b"6.6.6.6, unknown"], "10.0.0.1"),
            ("10.0.0.1", [b"6.6.6.6, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", [b""], "10.0.0.1"),
            ("203.0.113.9", [b"6.6.6.6"], "203.0.113.9"),
            ("", [b"6.6.6.6"], ""),
        ],
    )
    def test_is_the_rightmost_whom_we_do_not_trust(self, peer: str, said: list[bytes], client: str) -> None:
        assert TrustedProxies(networks(TRUSTED)).client_of(peer, said) == client

    def test_is_whoever_is_connected_where_nobody_is_trusted(self) -> None:
        assert TrustedProxies().client_of("127.0.0.1", [b"6.6.6.6"]) == "127.0.0.1"

    @pytest.mark.parametrize("text", ["10.0.0.1/8", "proxy.example", "10.0.0.0/33"])
    def test_settings_that_name_no_network_stop_the_start(self, text: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="OPENCOMMERCE_TRUSTED_PROXIES"):
            networks(text)


@pytest.fixture(scope="module")
def behind_proxy(open_door: Callable[..., Door]) -> Door:
    """A gateway that believes what comes from this machine."""
    return open_door(OPENCOMMERCE_TRUSTED_PROXIES="127.0.0.1/32")


class TestNetworks:
    @pytest.mark.parametrize(
        ("address", "is_in"),
        [
            ("10.1.2.3", True),
            ("11.1.2.3", False),
            ("203.0.113.7", True),
            ("203.0.113.8", False),
            ("2001:db8::1", True),
            ("2001:db9::1", False),
            ("::ffff:10.1.2.3", True),
            ("::a00:1", False),
            ("nonsense", False),
        ],
    )
    def test_are_asked_by_address(self, address: str, *, is_in: bool) -> None:
        some = Networks(map(read_network, ("10.0.0.0/8", "203.0.113.7/32", "203.0.113.0/29", "2001:db8::/32")))
        one = Networks(map(read_network, ("10.0.0.0/8", "203.0.113.7/32", "2001:db8::/32")))

        assert (address in one) is is_in
        assert ("203.0.113.6" in some, "203.0.113.8" in some) == (True, False)

    def test_are_none_without_any(self) -> None:
        assert not Networks()
        assert "10.0.0.1" not in Networks()


@pytest.mark.django_db(transaction=True)
class TestBehindAProxy:
    def test_the_services_hear_of_the_client(self, behind_proxy: Door, service: FakeService) -> None:
        said = [("X-Forwarded-For", "6.6.6.6, 203.0.113.7"), ("X-Forwarded-Proto", "https")]

        assert behind_proxy.ask("GET", PRODUCTS, headers=said).status == 200

        assert service.last.get("x-forwarded-for") == "203.0.113.7"

    def test_nobody_moves_the_public_origin(self, behind_proxy: Door, service: FakeService) -> None:
        said = [("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example;for=6.6.6.6")]

        behind_proxy.ask("GET", PRODUCTS, headers=said)

        assert service.last.get("x-forwarded-host") == service.last.get("host") == "shop.example"
        assert service.last.get("forwarded") is None

    def test_who_comes_in_the_clear_is_led_to_https(self, behind_proxy: Door, service: FakeService) -> None:
        clear = [("X-Forwarded-Proto", "http")]

        answer = behind_proxy.ask("GET", f"{PRODUCTS}?search=a%20b", headers=clear)

        assert (answer.status, answer.get("location")) == (308, f"https://shop.example{PRODUCTS}?search=a%20b")
        refusal = behind_proxy.ask("POST", PRODUCTS, headers=clear, body=b"{}")
        assert (refusal.status, refusal.json()["code"]) == (403, "https_required")
        assert not service.asked

    def test_who_comes_in_the_clear_is_given_nothing_from_memory(
        self, open_keeping_door: Callable[..., Door], shelf: FakeShelf
    ) -> None:
        door = open_keeping_door(OPENCOMMERCE_TRUSTED_PROXIES="127.0.0.1/32")
        lamp, secure = f"{PRODUCTS}lamp/", [("X-Forwarded-Proto", "https")]
        door.ask("GET", lamp, headers=secure)
        assert "hit" in door.ask("GET", lamp, headers=secure).get("cache-status")

        assert door.ask("GET", lamp, headers=[("X-Forwarded-Proto", "http")]).status == 308

    def test_the_word_of_strangers_on_it_is_nothing(self, door: Door, service: FakeService) -> None:
        answer = door.ask("GET", PRODUCTS, headers=[("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "6.6.6.6")])

        assert answer.status == 200
        assert service.last.get("x-forwarded-for") == "127.0.0.1"
