"""What the gateway answers itself, what it writes down, how it stops."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable

import pytest

from gateway_svc.gateway import pages
from gateway_svc.gateway.api_root import ADDRESSES
from gateway_svc.gateway.pages import Pages
from gateway_svc.gateway.routes import RouteTable
from tests.gateway_svc.door import PUBLIC_URL, Door, settle
from tests.gateway_svc.signing import Signer


async def nobody(_scope, _receive, _send) -> None:
    raise AssertionError("nobody comes here")


class TestPages:
    def test_welcome_has_links(self, door: Door) -> None:
        answer = door.ask("GET", "/")

        assert answer.json()["links"]["products"] == f"{PUBLIC_URL}/api/v1/products/"
        assert answer.get("vary") == "accept"
        assert answer.get("x-request-id")

    def test_welcome_is_a_page_for_people(self, door: Door) -> None:
        page = door.ask("GET", "/", headers=[("Accept", "text/html,*/*;q=0.8")])

        assert page.get("content-type") == "text/html; charset=utf-8"
        assert b'href="/api/docs/"' in page.body
        assert b'href="/login/"' in page.body

    def test_begin_the_api_with_all_that_can_be_looked_at(self, door: Door) -> None:
        answer = door.ask("GET", "/api/v1/")

        assert answer.get("vary") == "accept"
        assert answer.json()["orders"] == f"{PUBLIC_URL}/api/v1/orders/"
        document = door.ask("GET", "/api/schema/").json()
        open_to_look_at = {path for path, methods in document["paths"].items() if "get" in methods and "{" not in path}
        assert set(answer.json().values()) | {f"{PUBLIC_URL}/api/v1/"} == {
            PUBLIC_URL + path for path in open_to_look_at if path.startswith("/api/v1/")
        }

    def test_begin_the_api_with_a_page_for_people(self, door: Door) -> None:
        page = door.ask("GET", "/api/v1/", headers=[("Accept", "text/html,*/*;q=0.8")])

        assert page.get("content-type") == "text/html; charset=utf-8"
        links = set(re.findall(rb'href="(/api/v1/[^"]+)"', page.body))
        assert {path.encode() for path, _ in ADDRESSES.values()} <= links
        assert b'href="/login/?next=/api/v1/"' in page.body

    def test_have_an_icon(self, door: Door) -> None:
        leads_to = door.ask("GET", "/favicon.ico").get("location") or ""

        assert door.ask("GET", leads_to).get("content-type") == "image/svg+xml"

    def test_health(self, door: Door) -> None:
        assert door.ask("GET", "/health/live").json() == {"status": "live"}
        assert door.ask("GET", "/health/ready").json() == {
            "status": "ready",
            "checks": {"database": "ok", "redis": "ok", "keys": "ok"},
        }

    @pytest.mark.parametrize("path", ["/", "/api/v1/", "/static/pages/shop.css"])
    def test_take_no_other_method(self, door: Door, path: str) -> None:
        answer = door.ask("POST", path, body=b"x")

        assert answer.status == 405
        assert answer.get("allow") == "GET, HEAD"
        assert answer.json()["code"] == "method_not_allowed"


class TestReadiness:
    @pytest.mark.parametrize(("held_seconds", "looks"), [(60, 1), (0, 2)])
    def test_is_looked_at_once_for_all_who_ask_in_a_moment(
        self, monkeypatch: pytest.MonkeyPatch, held_seconds: float, looks: int
    ) -> None:
        monkeypatch.setattr(pages, "HELD_SECONDS", held_seconds)
        looked: list[bool] = []

        async def look() -> bool:
            looked.append(True)
            await asyncio.sleep(0)
            return True

        async def story() -> list[dict[str, str]]:
            asked = Pages(public_url=PUBLIC_URL, checks={"one": look}, site=nobody, routes=RouteTable([]))
            at_once = await asyncio.gather(*(asked.states() for _ in range(50)))
            return [*at_once, await asked.states()]

        assert asyncio.run(story()) == [{"one": "ok"}] * 51
        assert len(looked) == looks


class TestStaticFiles:
    def test_are_served(self, door: Door) -> None:
        answer = door.ask("GET", "/static/pages/shop.css")

        assert answer.status == 200
        assert answer.get("content-type") == 'text/css; charset="utf-8"'
        assert answer.get("x-content-type-options") == "nosniff"
        assert answer.get("x-request-id")
        assert b"tokens." in answer.body

    def test_are_kept_for_good_under_a_name_that_says_what_is_in_them(self, door: Door) -> None:
        page = door.ask("GET", "/", headers=[("Accept", "text/html")])
        named = re.search(rb"/static/pages/shop\.[0-9a-f]{12}\.css", page.body)

        hashed, plain = (door.ask("GET", path) for path in (named[0].decode(), "/static/pages/shop.css"))

        assert hashed.get("cache-control") == "max-age=315360000, public, immutable"
        assert plain.get("cache-control") == "max-age=3600, public"

    def test_that_have_not_changed_are_not_sent_again(self, door: Door) -> None:
        known = door.ask("GET", "/static/pages/shop.css").get("last-modified")

        answer = door.ask("GET", "/static/pages/shop.css", headers=[("If-Modified-Since", known)])

        assert (answer.status, answer.body) == (304, b"")

    def test_of_the_admins_too(self, door: Door) -> None:
        assert door.ask("GET", "/static/admin/css/base.css").status == 200
        assert door.ask("GET", "/static/rest_framework/css/default.css").status == 200

    @pytest.mark.parametrize("path", ["/static/../settings.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/none.css"])
    def test_are_all_there_is(self, door: Door, path: str) -> None:
        assert door.ask("GET", path).status in {400, 404}


class TestAccessLog:
    def test_has_a_line_a_request_without_its_query(self, door: Door, service, signer: Signer) -> None:
        token = signer.token(sub="user-7")

        door.ask("GET", "/api/v1/products/?ticket=secret", token=token, headers=[("X-Request-ID", "logged-request")])
        time.sleep(0.3)

        text = door.log.read_text()
        line = next(json.loads(line) for line in text.splitlines() if "logged-request" in line)
        assert line.pop("duration_ms") > 0
        assert len(line.pop("trace_id")) == 32
        assert line.pop("time")
        assert line == {
            "level": "INFO",
            "service": "gateway_svc",
            "logger": "access",
            "message": "GET /api/v1/products/ 200",
            "request_id": "logged-request",
            "method": "GET",
            "path": "/api/v1/products/",
            "status": 200,
            "upstream": "product_svc",
            "instance": f"127.0.0.1:{service.port}",
            "user_id": "user-7",
            "cache": "bypass",
        }
        assert "secret" not in text
        assert token not in text

    @pytest.mark.parametrize(
        ("said", "status", "code"),
        [
            (b"nonsense\r\n\r\n", 400, "malformed"),
            (b"GET / HTTP/1.1\r\n\r\n", 400, "malformed"),
            (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 70_000, 431, "headers_too_large"),
        ],
        ids=["no request", "to nobody", "too large"],
    )
    def test_has_a_line_of_what_never_becomes_a_request(self, door: Door, said: bytes, status: int, code: str) -> None:
        head, _, body = door.say(said, seconds=2).partition(b"\r\n\r\n")
        request_id = json.loads(body)["request_id"]

        assert head.startswith(f"HTTP/1.1 {status} ".encode())
        settle(lambda: request_id in door.log.read_text())
        line = next(json.loads(line) for line in door.log.read_text().splitlines() if request_id in line)
        assert (line["logger"], line["service"], line["request_id"]) == ("access", "gateway_svc", request_id)
        assert (line["status"], line["code"]) == (status, code)


class TestStopping:
    def test_is_clean(self, open_door: Callable[..., Door]) -> None:
        door = open_door()
        door.ask("GET", "/api/v1/products/")

        assert door.stop() == 0
        assert "Traceback" not in door.log.read_text()
        assert '"path":"/api/v1/products/"' in door.log.read_text()
