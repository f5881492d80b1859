"""Where a service is, as its URLs and the resolver say."""

from __future__ import annotations

import asyncio
import socket

import pytest
from django.core.exceptions import ImproperlyConfigured

from gateway_svc.gateway.upstreams import addresses
from gateway_svc.gateway.upstreams.addresses import Address, Addresses, resolve


class Resolver:
    """Says what a test wants it to."""

    def __init__(self, *hosts: str) -> None:
        self.hosts: list[str] | None = list(hosts)

    async def __call__(self, name: Address) -> list[Address]:
        if self.hosts is None:
            raise socket.gaierror(socket.EAI_AGAIN, "the resolver is away")
        return [Address(host, name.port) for host in self.hosts]


async def never(_name: Address) -> list[Address]:
    await asyncio.sleep(60)
    return []


class TestAddresses:
    def test_are_those_given(self) -> None:
        found = Addresses(["http://127.0.0.1:8001", " http://[::1]:8002/", "http://localhost:8003"]).known

        assert list(map(str, found)) == ["127.0.0.1:8001", "[::1]:8002", "localhost:8003"]

    def test_are_all_that_a_name_leads_to(self) -> None:
        places = Addresses(["http://products:8000", "http://10.0.0.9:8000"], Resolver("10.0.0.2", "10.0.0.1"))

        found = asyncio.run(places.look_up())

        assert list(map(str, found)) == ["10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.9:8000"]

    def test_follow_the_name(self) -> None:
        resolver = Resolver("10.0.0.1")
        places = Addresses(["http://products:8000"], resolver)
        asyncio.run(places.look_up())

        resolver.hosts = ["10.0.0.2"]

        assert asyncio.run(places.look_up()) == [Address("10.0.0.2", 8000)]

    @pytest.mark.parametrize("hosts", [None, []])
    def test_stay_as_they_were_while_the_resolver_knows_none(self, hosts: list[str] | None) -> None:
        resolver = Resolver("10.0.0.1")
        places = Addresses(["http://products:8000"], resolver)
        asyncio.run(places.look_up())

        resolver.hosts = hosts

        assert asyncio.run(places.look_up()) == [Address("10.0.0.1", 8000)]

    def test_do_not_wait_for_a_resolver_that_hangs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(addresses, "PATIENCE_SECONDS", 0.01)

        assert asyncio.run(Addresses(["http://products:8000"], never).look_up()) == []

    @pytest.mark.parametrize(
        "url",
        [
            *("https://products", "products:8000", "http://", "", "http://products:99999", "http://products:0"),
            *("http://products:http", "http://[::1", "http://products/api"),
        ],
    )
    def test_are_of_http_alone(self, url: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="is not the http:// URL of an instance"):
            Addresses([url])


class TestResolve:
    def test_takes_a_machine_with_addresses_of_both_kinds_for_one(self) -> None:
        found = asyncio.run(resolve(Address("localhost", 8000)))

        assert found == [Address("127.0.0.1", 8000)]
