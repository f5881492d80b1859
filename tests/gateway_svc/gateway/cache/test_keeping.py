"""What is given again, to whom, and what is not."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from common import clock
from gateway_svc.sessions import services as sessions
from tests.gateway_svc.door import Answer, Door, settle
from tests.gateway_svc.shelf import FakeShelf, who_asks
from tests.gateway_svc.signing import Signer

_numbers = itertools.count()


@pytest.fixture
def page() -> str:
    """The page of a product that nobody has asked for yet."""
    return f"/api/v1/products/product-{next(_numbers)}/"


def lines_about(door: Door, path: str, *, least: int) -> list[dict[str, Any]]:
    """Of the access log, once there are so many."""
    give_up_at = time.monotonic() + 5
    while True:
        lines = [json.loads(line) for line in door.log.read_text().splitlines() if f'"path":"{path}"' in line]
        if len(lines) >= least:
            return lines
        assert time.monotonic() < give_up_at, "it is not logged"
        time.sleep(0.02)


def cache_status(answer: Answer) -> str:
    return answer.get("cache-status")


@pytest.mark.usefixtures("shelf")
class TestAnAnswerForEverybody:
    def test_is_asked_for_once(self, keeping_door: Door, shelf: FakeShelf, page: str) -> None:
        first = keeping_door.ask("GET", page)
        second = keeping_door.ask("GET", page)

        assert len(shelf.asked) == 1
        assert second.body == first.body
        assert cache_status(first).startswith("opencommerce; fwd=uri-miss; stored")
        assert cache_status(second).startswith("opencommerce; hit; ttl=")
        assert int(second.get("age")) >= 0

    def test_tells_nobody_what_the_gateway_may_do(self, keeping_door: Door, page: str) -> None:
        for _ in range(2):
            answer = keeping_door.ask("GET", page)

            assert answer.get("gateway-cache-control") is None
            assert answer.get("cache-control") == "public, no-cache"

    def test_is_the_same_for_who_is_signed_in_and_asked_for_by_nobody(
        self, keeping_door: Door, shelf: FakeShelf, signer: Signer, page: str
    ) -> None:
        first = keeping_door.ask("GET", page, token=signer.token())
        second = keeping_door.ask("GET", page)

        assert first.body == second.body
        assert [who_asks(asked) for asked in shelf.asked] == [""]

    def test_is_refused_to_a_bad_token_all_the_same(self, keeping_door: Door, page: str) -> None:
        keeping_door.ask("GET", page)

        assert keeping_door.ask("GET", page, token="bad").status == 401

    def test_is_refused_to_a_head_that_is_too_large_all_the_same(self, keeping_door: Door, page: str) -> None:
        keeping_door.ask("GET", page)

        assert keeping_door.ask("GET", page, headers=[("X-Long", "x" * 40_000)]).status == 431

    @pytest.mark.parametrize(
        ("header", "status"),
        [
            (("Authorization", ""), 401),
            (("Host", "other.example"), 400),
            (("Content-Type", "application/json; charset=zlib"), 415),
        ],
        ids=str,
    )
    def test_is_refused_to_whoever_is_refused_anyway(
        self, keeping_door: Door, page: str, header: tuple[str, str], status: int
    ) -> None:
        keeping_door.ask("GET", page)

        assert keeping_door.ask("GET", page, headers=[header]).status == status

    def test_is_whole_for_who_says_that_a_condition_is_not_for_the_shop(self, keeping_door: Door, page: str) -> None:
        etag = keeping_door.ask("GET", page).get("etag")

        answer = keeping_door.ask("GET", page, headers=[("Connection", "if-none-match"), ("If-None-Match", etag)])

        assert answer.status == 200

    def test_is_given_to_who_signed_in_too(self, keeping_door: Door, signer: Signer, page: str) -> None:
        plain = keeping_door.ask("GET", page)

        known = keeping_door.ask("GET", page, token=signer.token())

        assert "hit" in cache_status(known)
        names = [{name for name, _ in each.headers} for each in (keeping_door.ask("GET", page), known)]
        assert names[0] == names[1]
        assert known.body == plain.body

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_to_who_signed_out(self, keeping_door: Door, signer: Signer, page: str) -> None:
        session_id = f"session-of-{page}"
        token = signer.token(sid=session_id)
        assert [keeping_door.ask("GET", page, token=token).status for _ in range(3)] == [200] * 3

        sessions.end_session(session_id=session_id, user_id="u", ended_at=clock.now())

        settle(lambda: keeping_door.ask("GET", page, token=token).status == 401, seconds=2)
        assert "hit" in cache_status(keeping_door.ask("GET", page, token=signer.token()))

    def test_is_refused_to_who_shows_two_tokens(self, keeping_door: Door, signer: Signer, page: str) -> None:
        token = signer.token()
        keeping_door.ask("GET", page, token=token)

        two = keeping_door.ask("GET", page, token=token, headers=[("Authorization", f"Bearer {token}")])

        assert two.status == 401

    def test_bears_the_marks_of_any_answer(self, keeping_door: Door, page: str) -> None:
        asked, kept = keeping_door.ask("GET", page), keeping_door.ask("GET", page)
        known = keeping_door.ask("GET", page, headers=[("If-None-Match", kept.get("etag"))])

        assert known.status == 304
        for answer in (asked, kept, known):
            assert answer.all("x-content-type-options") == ["nosniff"]
            assert answer.all("strict-transport-security") != []

    def test_may_be_read_by_a_page_of_an_origin_that_is_let_in(
        self, open_keeping_door: Callable[..., Door], page: str
    ) -> None:
        door = open_keeping_door(OPENCOMMERCE_CORS_ORIGINS="https://app.example")
        door.ask("GET", page)

        kept = door.ask("GET", page, headers=[("Origin", "https://app.example")])
        other = door.ask("GET", page, headers=[("Origin", "https://other.example")])

        assert "hit" in cache_status(kept)
        assert kept.get("access-control-allow-origin") == "https://app.example"
        assert other.get("access-control-allow-origin") is None

    def test_has_a_request_id_of_its_own(self, keeping_door: Door, page: str) -> None:
        ids = {keeping_door.ask("GET", page).get("x-request-id") for _ in range(3)}

        assert len(ids) == 3

    def test_is_one_however_its_query_is_ordered(self, keeping_door: Door, shelf: FakeShelf) -> None:
        keeping_door.ask("GET", "/api/v1/products/?search=ordered&ordering=price")
        again = keeping_door.ask("GET", "/api/v1/products/?ordering=price&&search=ordered")
        other = keeping_door.ask("GET", "/api/v1/products/?search=ordered&ordering=-price")

        assert "hit" in cache_status(again)
        assert "fwd=uri-miss" in cache_status(other)

    def test_is_not_sent_to_who_has_it(self, keeping_door: Door, shelf: FakeShelf, page: str) -> None:
        etag = keeping_door.ask("GET", page).get("etag")

        known = keeping_door.ask("GET", page, headers=[("If-None-Match", f'"other", W/{etag}')])
        changed = keeping_door.ask("GET", page, headers=[("If-None-Match", '"other"')])

        assert (known.status, known.body, known.get("etag")) == (304, b"", etag)
        assert changed.status == 200
        assert len(shelf.asked) == 1

    def test_has_no_body_for_head(self, keeping_door: Door, page: str) -> None:
        whole = keeping_door.ask("GET", page)

        head = keeping_door.ask("HEAD", page)

        assert (head.status, head.body) == (200, b"")
        assert head.get("content-length") == str(len(whole.body))

    def test_is_said_in_the_access_log_to_have_been_kept(self, keeping_door: Door, page: str) -> None:
        for _ in range(2):
            keeping_door.ask("GET", page, headers=[("X-Request-ID", f"log-of-{page.split('/')[-2]}")])

        lines = lines_about(keeping_door, page, least=2)
        assert [line["cache"] for line in lines] == ["miss", "hit"]
        assert [bool(line["instance"]) for line in lines] == [True, False]
        assert {line["upstream"] for line in lines} == {"product_svc"}

    def test_is_said_in_the_access_log_to_have_been_given_to_whom(
        self, keeping_door: Door, signer: Signer, page: str
    ) -> None:
        token = signer.token(sub="buyer-7")
        for _ in range(3):
            keeping_door.ask("GET", page, token=token)

        assert {line["user_id"] for line in lines_about(keeping_door, page, least=3)} == {"buyer-7"}


class TestAStaleAnswer:
    def test_is_given_at_once_while_it_is_asked_for_anew(self, keeping_door: Door, shelf: FakeShelf, page: str) -> None:
        shelf.lifetime = "max-age=1, stale-while-revalidate=60"
        keeping_door.ask("GET", page)
        time.sleep(1.01)  # a lifetime is told in whole seconds
        shelf.word = "new"
        shelf.lets_go.clear()

        meanwhile = [keeping_door.ask("GET", page, timeout=5) for _ in range(3)]
        shelf.lets_go.set()

        assert [answer.json()["word"] for answer in meanwhile] == ["old"] * 3
        assert all(cache_status(answer).startswith("opencommerce; hit; ttl=") for answer in meanwhile)
        settle(lambda: keeping_door.ask("GET", page).json()["word"] == "new")
        assert len(shelf.asked) == 2

    def test_is_given_while_the_service_breaks_off(self, keeping_door: Door, shelf: FakeShelf, page: str) -> None:
        shelf.lifetime = "max-age=1, stale-if-error=600"
        keeping_door.ask("GET", page)
        time.sleep(1.01)
        shelf.dies = True

        answers = [keeping_door.ask("GET", page) for _ in range(3)]

        assert [(answer.status, answer.json()["word"]) for answer in answers] == [(200, "old")] * 3
        assert keeping_door.ask("GET", f"{page}another/").status == 503


@pytest.mark.usefixtures("shelf")
class TestAnAnswerThatIsNotForEverybody:
    @pytest.mark.parametrize(
        "told",
        [
            {"lifetime": ""},
            {"lifetime": "max-age=0"},
            {"lifetime": "max-age=60, private"},
            {"lifetime": "nonsense"},
            {"cache_control": "private, no-cache"},
            {"cache_control": "public, no-store"},
            {"cache_control": "no-cache"},
            {"headers": "Set-Cookie: a=1\r\n"},
            {"headers": "Content-Encoding: gzip\r\n"},
            {"headers": "Vary: Cookie\r\n"},
            {"status": "404 Not Found"},
            {"status": "206 Partial Content"},
        ],
        ids=str,
    )
    def test_is_never_given_again(self, keeping_door: Door, shelf: FakeShelf, page: str, told: dict[str, str]) -> None:
        vars(shelf).update(told)
        keeping_door.ask("GET", page)
        shelf.word = "new"

        assert keeping_door.ask("GET", page).json()["word"] == "new"

    def test_is_given_to_who_may_see_it(self, keeping_door: Door, shelf: FakeShelf, signer: Signer, page: str) -> None:
        shelf.is_draft = True

        statuses = [keeping_door.ask("GET", page, token=token).status for token in (None, signer.token(), None)]

        assert statuses == [404, 200, 404]

    def test_is_what_a_browser_gets(self, keeping_door: Door, shelf: FakeShelf, page: str) -> None:
        keeping_door.ask("GET", page)

        shown = keeping_door.ask("GET", page, headers=[("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")])

        assert cache_status(shown) == "opencommerce; fwd=bypass"
        assert shelf.last.get("accept").startswith("text/html")

    def test_is_what_has_a_condition_of_another_kind(self, keeping_door: Door, shelf: FakeShelf, page: str) -> None:
        keeping_door.ask("GET", page)

        keeping_door.ask("GET", page, headers=[("If-Match", '"another"')])

        assert shelf.last.get("if-match") == '"another"'

    def test_is_what_comes_of_another_path(self, keeping_door: Door, shelf: FakeShelf) -> None:
        for _ in range(2):
            assert keeping_door.ask("GET", "/api/v1/inventory/LAMP/").get("cache-status") is None

        assert len(shelf.asked) == 2


class TestAHundredAtOnce:
    def test_cost_one_question(self, keeping_door: Door, shelf: FakeShelf, page: str) -> None:
        shelf.lets_go.clear()

        with ThreadPoolExecutor(100) as people:
            asking = [people.submit(keeping_door.ask, "GET", page) for _ in range(100)]
            shelf.wait_until_asked()
            shelf.lets_go.set()
            answers = [each.result() for each in asking]

        assert len(shelf.asked) == 1
        assert {answer.status for answer in answers} == {200}
