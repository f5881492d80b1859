"""How many WebSockets one may hold open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from common.api.holder import Holder
from common.observability.correlation import Correlation
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.places import Places, SocketLimits
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.problems import TooManySockets


def of_person(user_id: str) -> Exchange:
    return Exchange(Correlation.start(), principal=Principal(user_id=user_id), client="203.0.113.1")


def from_address(client: str) -> Exchange:
    return Exchange(Correlation.start(), client=client)


@contextmanager
def taken(places: Places, exchange: Exchange, holder: Holder) -> Iterator[None]:
    with places.taken(exchange), places.taken_by(holder, exchange):
        yield


class TestPlaces:
    def test_end_for_one_person_and_no_other(self) -> None:
        places = Places(SocketLimits(a_person=2, an_address=3))

        with ExitStack() as held:
            for _ in range(2):
                held.enter_context(places.taken(of_person("one")))

            with pytest.raises(TooManySockets), places.taken(of_person("one")):
                pass
            with places.taken(of_person("other")):
                pass

    def test_are_given_back(self) -> None:
        places = Places(SocketLimits(a_person=2, an_address=3))

        for _ in range(3):
            with pytest.raises(RuntimeError), places.taken(of_person("one")):
                raise RuntimeError

    def test_end_for_whoever_it_turns_out_to_be(self) -> None:
        places = Places(SocketLimits(a_person=2, an_address=5))
        one, other = Holder("one", "s"), Holder("other", "s")

        with taken(places, from_address("203.0.113.1"), one), taken(places, of_person("one"), one):
            with pytest.raises(TooManySockets), taken(places, from_address("203.0.113.2"), one):
                pass
            with pytest.raises(TooManySockets), taken(places, of_person("other"), one):
                pass
            with taken(places, from_address("203.0.113.1"), other):
                pass

    def test_end_for_strangers_of_one_network(self) -> None:
        places = Places(SocketLimits(a_person=2, an_address=3))

        with ExitStack() as held:
            for number in range(3):
                held.enter_context(places.taken(from_address(f"2001:db8::{number:x}")))

            with pytest.raises(TooManySockets), places.taken(from_address("2001:db8::ffff")):
                pass
            with places.taken(from_address("2001:db8:0:1::1")), places.taken(from_address("203.0.113.1")):
                pass
