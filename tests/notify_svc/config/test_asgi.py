"""What the process of the sockets tells the inside of the platform."""

from __future__ import annotations

import json
import time
import uuid
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.common.observability.scraping import scrape
from tests.notify_svc.conftest import Daphne

pytestmark = pytest.mark.django_db(transaction=True)


class TestInside:
    def test_is_told_whether_the_process_has_what_it_needs(self, daphne: Daphne) -> None:
        with urlopen(f"http://127.0.0.1:{daphne.port}/health/ready", timeout=10) as answer:
            assert json.load(answer) == {"status": "ready", "checks": {"database": "ok"}}

    def test_sees_how_many_feeds_are_open(self, daphne: Daphne) -> None:
        before = open_feeds(daphne)

        with daphne.follow(uuid.uuid4()) as feed:
            feed.next()
            wait_until_open(daphne, before + 1)

        wait_until_open(daphne, before)

    def test_sees_nothing_else(self, daphne: Daphne) -> None:
        with pytest.raises(HTTPError) as refused:
            urlopen(f"http://127.0.0.1:{daphne.port}/health/figures", timeout=10)

        with refused.value as answer:
            assert answer.status == 404


def open_feeds(daphne: Daphne) -> float:
    return scrape(daphne.port)["opencommerce_live_feeds_open"][0].value


def wait_until_open(daphne: Daphne, feeds: float) -> None:
    give_up_at = time.monotonic() + 20
    while open_feeds(daphne) != feeds:
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
