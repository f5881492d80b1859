"""The API as pages: what a browser is shown, and what it can do there."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import uuid4

import pytest

POTS, PICTURES = "/pots/", "/pots/pictures/"
BrowserOf = Callable[..., Any]


def page_at(client: Any, path: str) -> str:
    answer = client.get(path, HTTP_ACCEPT="text/html")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    return str(answer.content.decode())


@pytest.fixture
def staff(browser_of: BrowserOf) -> Any:
    return browser_of(uuid4(), "support", name="Sam")


class TestNegotiation:
    @pytest.mark.parametrize("accept", ["application/json", "*/*", "", " , "])
    def test_gives_programs_json(self, visitor: Any, accept: str) -> None:
        answer = visitor.get(POTS, HTTP_ACCEPT=accept)

        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "public, no-cache"

    def test_gives_browsers_a_page_that_nobody_keeps(self, visitor: Any) -> None:
        answer = visitor.get(POTS, HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8")

        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert answer["Cache-Control"] == "private, no-store"
        assert {"Accept", "Cookie"} <= set(re.split(r",\s*", answer["Vary"]))


class TestPage:
    def test_shows_the_answer_as_text(self, visitor: Any) -> None:
        page = page_at(visitor, POTS)

        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page

    def test_leads_to_our_own_addresses_alone(self, visitor: Any) -> None:
        links = re.findall(r'<a [^>]*href="([^"]+)"', page_at(visitor, POTS))

        assert "http://other.example/" not in links
        assert all(link.startswith(("/", "#", "http://")) for link in links)

    def test_leads_to_the_next_page(self, visitor: Any) -> None:
        page = page_at(visitor, POTS)

        assert re.search(r'rel="next" href="[^"]*/pots/\?cursor=n"', page)
        assert 'rel="prev"' not in page

    def test_shows_what_a_list_can_be_narrowed_by(self, visitor: Any) -> None:
        page = page_at(visitor, f"{POTS}?colour=red")

        assert 'name="colour"' in page
        assert "<option selected>red</option>" in page
        assert 'name="page_size"' in page

    def test_shows_a_problem(self, visitor: Any) -> None:
        answer = visitor.get("/failing/domain/", HTTP_ACCEPT="text/html")

        assert answer.status_code == 409
        assert b"too_late" in answer.content

    def test_shows_why_it_is_not_known_who_asks(self, client: Any, staff: Any) -> None:
        past_the_gateway = client.get(POTS, HTTP_ACCEPT="text/html")
        forged = staff.post(POTS, {"name": "a"}, HTTP_ACCEPT="text/html")

        assert (past_the_gateway.status_code, forged.status_code) == (401, 403)
        assert b"csrf_failed" in forged.content
        assert b"data-api-method" not in past_the_gateway.content + forged.content

    def test_loads_nothing_from_elsewhere(self, staff: Any) -> None:
        page = page_at(staff, POTS)

        loaded = re.findall(r'(?:src|action|<link [^>]*href)="([^"]+)"', page)
        assert loaded
        assert [address for address in loaded if not address.startswith("/")] == []
        assert re.findall(r"<script(?! src=)|<style|style=|onclick=", page) == []


class TestTitle:
    @pytest.mark.parametrize(("path", "title"), [(POTS, "Pots"), (PICTURES, "Pictures of a pot")])
    def test_is_what_a_person_would_say(self, staff: Any, path: str, title: str) -> None:
        page = page_at(staff, path)

        assert f"<title>{title} · OpenCommerce</title>" in page
        assert f"<h1>{title}</h1>" in page

    def test_stands_below_the_beginning_of_the_api(self, staff: Any) -> None:
        trail = re.search(r'<nav aria-label="Breadcrumbs".*?</nav>', page_at(staff, PICTURES), re.DOTALL)

        assert trail
        assert re.findall(r">([^<]+)</a>", trail[0]) == ["API", "Pots", "Pictures of a pot"]
        assert 'href="/api/v1/"' in trail[0]


class TestForms:
    def test_are_for_those_who_may(self, visitor: Any, staff: Any, browser_of: BrowserOf) -> None:
        forms = [re.findall(r'data-api-method="(\w+)"', page_at(client, POTS)) for client in (visitor, staff)]

        assert forms == [[], ["POST", "DELETE"]]
        assert "data-api-method" not in page_at(browser_of(uuid4(), "customer"), POTS)

    def test_begin_with_an_example(self, staff: Any) -> None:
        body = re.search(r"<textarea[^>]*data-api-body>(.*?)</textarea>", page_at(staff, POTS), re.DOTALL)

        assert body
        assert unescape(body[1]) == '{\n  "name": "blue <b>"\n}'

    def test_ask_for_the_headers_that_mean_something(self, staff: Any) -> None:
        assert re.search(r'data-api-header="Idempotency-Key"[^>]* required', page_at(staff, POTS))

    def test_have_what_a_browser_has_to_show(self, staff: Any) -> None:
        page = page_at(staff, POTS)
        proof = re.search(r'data-api-csrf="(\w+)"', page)

        assert proof
        refused = staff.post(POTS, {"name": "a"})
        taken = staff.post(POTS, {"name": "a"}, HTTP_X_CSRFTOKEN=proof[1], HTTP_ORIGIN="http://127.0.0.1:8000")
        assert (refused.status_code, taken.status_code) == (403, 201)

    def test_take_files(self, staff: Any) -> None:
        page = page_at(staff, PICTURES)

        assert "data-api-multipart" in page
        assert re.search(r'type="file" name="file" required', page)
        assert "What it is for." in page


class TestAccount:
    def test_leads_a_visitor_to_signing_in_and_back(self, visitor: Any) -> None:
        assert 'href="/login/?next=/pots/%3Fcolour%3Dred"' in page_at(visitor, f"{POTS}?colour=red")

    def test_names_who_is_signed_in_and_signs_out_by_a_form(self, staff: Any) -> None:
        page = page_at(staff, POTS)

        assert '<a href="/account/">Sam</a>' in page
        assert re.search(r'<form method="post" action="/logout/"><input type="hidden" name="csrfmiddlewaretoken"', page)
