"""Answers that are put together of several services' own."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from common.testing.documented import operations, require_documented
from gateway_svc.gateway import composed
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.house_rules import services
from gateway_svc.house_rules.models import Rules
from tests.gateway_svc.door import Answer, Door, settle
from tests.gateway_svc.shelf import MAY_BE_KEPT, who_asks
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import FakeService, answer

HOME = "/api/v1/home/"
OVERVIEW = "/api/v1/me/overview/"
USD = {"amount": "12.50", "currency": "USD"}
PRODUCT = {
    "id": str(uuid.UUID(int=1)),
    "slug": "lamp",
    "title": "Lamp",
    "price": USD,
    "image": None,
    "rating": {"average": None, "count": 0},
    "in_stock": True,
    "seller": {"id": str(uuid.UUID(int=2)), "name": "Ada"},
}
CATEGORY = {"id": str(uuid.UUID(int=3)), "slug": "home", "name": "Home", "parent": None, "children": []}
PROFILE = {
    "id": str(uuid.UUID(int=4)),
    "email": "ada@example.com",
    "full_name": "Ada Lovelace",
    "roles": ["customer"],
    "phone": "",
    "locale": "en",
    "is_email_verified": True,
    "new_email": "",
}
ANSWERS = {
    "products": {"next": None, "previous": None, "results": [PRODUCT]},
    "categories": {"next": None, "previous": None, "results": [CATEGORY]},
    "me": PROFILE,
    "cart": {"id": str(uuid.UUID(int=5)), "items": [], "total": USD, "left_out": []},
    "orders": {"next": None, "previous": None, "results": []},
    "notifications": {"next": None, "previous": None, "results": [], "unread_count": 3},
}


class Shop(FakeService):
    """All services at once; those whose names are ``broken`` fail in that way."""

    def __init__(self, signer: Signer) -> None:
        self.broken: dict[str, str] = {}
        self.answers_together = 0
        """So many must have asked before anybody is answered."""
        self._keys = json.dumps({"keys": [signer.jwk()]}).encode()
        super().__init__({**dict.fromkeys(ANSWERS, self._speak), "jwks.json": self._publish})

    async def _publish(self, _service, _asked, _reader, writer) -> None:
        writer.write(answer(self._keys))

    async def _speak(self, _service, asked, reader, writer) -> None:
        name = asked.target.partition("?")[0].strip("/").rsplit("/", 1)[-1]
        while len(self.asked) < self.answers_together:
            await asyncio.sleep(0.005)
        match self.broken.get(name):
            case "hangs":
                await asyncio.sleep(60)
            case "dies":
                writer.close()
            case "fails":
                writer.write(answer(b"{}", status="500 Internal Server Error"))
            case "babbles":
                writer.write(answer(b"<html>"))
            case _:
                headers = f"Cache-Control: public, no-cache\r\nGateway-Cache-Control: {MAY_BE_KEPT}\r\n"
                may_be_kept = name in {"products", "categories"}
                writer.write(answer(json.dumps(ANSWERS[name]).encode(), headers=headers if may_be_kept else ""))


@pytest.fixture(scope="module")
def one_shop(signer: Signer) -> Iterator[Shop]:
    fake = Shop(signer)
    yield fake
    fake.close()


@pytest.fixture
def shop(one_shop: Shop) -> Shop:
    """The same, whole."""
    one_shop.broken.clear()
    one_shop.answers_together = 0
    one_shop.asked.clear()
    return one_shop


@pytest.fixture(scope="module")
def variables(one_shop: Shop) -> dict[str, str]:
    return dict.fromkeys(("PRODUCT_SVC_URL", "ORDER_SVC_URL", "NOTIFY_SVC_URL", "USER_SVC_URL"), one_shop.url)


@pytest.fixture(scope="module")
def composing_door(open_door: Callable[..., Door], variables: dict[str, str]) -> Door:
    """Keeps nothing, so that each part is asked for."""
    return open_door(**variables)


class Documented:
    """An answer, as the document's own check reads it."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.json = answer.status, answer.json
        self.headers = {name.title(): value for name, value in answer.headers}


def require_as_documented(operation: str, *answers: Answer) -> None:
    for each in answers:
        require_documented(operations()[operation], Documented(each), has_body=bool(each.body))


@pytest.mark.usefixtures("shop")
class TestHome:
    def test_shows_what_the_shop_greets_with(self, composing_door: Door) -> None:
        answer = composing_door.ask("GET", HOME)

        assert answer.json() == {
            "featured": [PRODUCT],
            "categories": [CATEGORY],
            "newest": [PRODUCT],
            "degraded": [],
        }
        require_as_documented("home", answer)

    def test_asks_for_all_of_it_at_once(self, composing_door: Door, shop: Shop) -> None:
        shop.answers_together = 3

        answer = composing_door.ask("GET", HOME)

        assert answer.json()["degraded"] == []
        assert len(shop.asked) == 3

    def test_says_once_how_it_came(self, composing_door: Door) -> None:
        assert composing_door.ask("GET", HOME).all("cache-status") == ["opencommerce; fwd=bypass"]

    def test_asks_in_nobodys_name(self, composing_door: Door, shop: Shop, signer: Signer) -> None:
        composing_door.ask("GET", HOME, token=signer.token())

        assert [who_asks(asked) for asked in shop.asked] == ["", "", ""]

    def test_is_not_sent_to_who_has_it(self, composing_door: Door) -> None:
        etag = composing_door.ask("GET", HOME).get("etag")

        again = composing_door.ask("GET", HOME, headers=[("If-None-Match", etag)])

        assert (again.status, again.body) == (304, b"")
        require_as_documented("home", again)

    @pytest.mark.parametrize("way", ["dies", "fails", "babbles"])
    def test_goes_without_what_cannot_be_had(self, composing_door: Door, shop: Shop, way: str) -> None:
        shop.broken["categories"] = way

        answer = composing_door.ask("GET", HOME)

        assert answer.status == 200
        assert answer.json()["degraded"] == ["categories"]
        assert answer.json()["categories"] is None
        assert answer.json()["newest"] == [PRODUCT]
        assert answer.get("cache-control") == "no-store"
        require_as_documented("home", answer)

    @pytest.mark.django_db(transaction=True)
    def test_goes_without_what_is_closed(self, composing_door: Door) -> None:
        services.close_route(path="/api/v1/categories/", because="Later.")
        settle(lambda: composing_door.ask("GET", HOME).json()["degraded"] == ["categories"])

        services.open_route(path="/api/v1/categories/")

        settle(lambda: composing_door.ask("GET", HOME).json()["degraded"] == [])

    def test_is_a_page_for_a_browser(self, composing_door: Door) -> None:
        page = composing_door.ask("GET", HOME, headers=[("Accept", "text/html,*/*;q=0.8")])

        assert (page.status, page.get("content-type")) == (200, "text/html; charset=utf-8")
        assert b"<h1>Home</h1>" in page.body
        assert b"Lamp" in page.body

    def test_has_no_body_for_head(self, composing_door: Door) -> None:
        head = composing_door.ask("HEAD", HOME)

        assert (head.status, head.body) == (200, b"")

    @pytest.mark.parametrize("path", [HOME, OVERVIEW])
    def test_is_only_for_reading(self, composing_door: Door, signer: Signer, path: str) -> None:
        answer = composing_door.ask("POST", path, token=signer.token(), body=b"{}")

        assert (answer.status, answer.get("allow")) == (405, "GET, HEAD")

    def test_has_nothing_below_it(self, composing_door: Door) -> None:
        assert composing_door.ask("GET", f"{HOME}more/").status == 404
        assert composing_door.ask("GET", "/api/v1/me/").status == 404

    def test_is_kept_like_the_catalogue(
        self, open_door: Callable[..., Door], variables: dict[str, str], shop: Shop
    ) -> None:
        door = open_door(**variables, GATEWAY_SVC_CACHE_MIB="8")
        while "bypass" in door.ask("GET", HOME).get("cache-status"):
            pass
        door.ask("GET", HOME)
        shop.asked.clear()

        kept = door.ask("GET", HOME)

        assert "hit" in kept.get("cache-status")
        assert not shop.asked
        require_as_documented("home", kept)


@pytest.mark.usefixtures("shop")
class TestOverview:
    def test_shows_somebody_what_is_theirs(self, composing_door: Door, signer: Signer) -> None:
        answer = composing_door.ask("GET", OVERVIEW, token=signer.token())

        assert answer.json() == {
            "profile": PROFILE,
            "cart": ANSWERS["cart"],
            "orders": [],
            "unread": 3,
            "degraded": [],
        }
        assert answer.get("cache-control") == "private, no-store"
        require_as_documented("me_overview", answer)

    def test_asks_for_all_of_it_at_once(self, composing_door: Door, shop: Shop, signer: Signer) -> None:
        shop.answers_together = 4

        answer = composing_door.ask("GET", OVERVIEW, token=signer.token())

        assert answer.json()["degraded"] == []
        assert len(shop.asked) == 4

    def test_asks_in_their_name(self, composing_door: Door, shop: Shop, signer: Signer) -> None:
        composing_door.ask("GET", OVERVIEW, token=signer.token(sub="somebody"))

        assert {who_asks(asked) for asked in shop.asked} == {"somebody"}

    def test_leaves_out_orders_of_others_that_they_may_see(
        self, composing_door: Door, shop: Shop, signer: Signer
    ) -> None:
        composing_door.ask("GET", OVERVIEW, token=signer.token(sub="some body", roles=["admin", "seller"]))

        asked = next(asked.target for asked in shop.asked if asked.target.startswith("/api/v1/orders/"))
        assert asked == "/api/v1/orders/?page_size=5&customer=some%20body"

    def test_is_nothing_for_a_stranger(self, composing_door: Door, shop: Shop) -> None:
        answers = [composing_door.ask("GET", OVERVIEW), composing_door.ask("GET", OVERVIEW, token="bad")]

        assert [answer.status for answer in answers] == [401, 401]
        assert not shop.asked
        require_as_documented("me_overview", *answers)

    def test_leads_a_stranger_at_a_browser_to_the_sign_in_page(self, composing_door: Door) -> None:
        answer = composing_door.ask("GET", OVERVIEW, headers=[("Accept", "text/html")])

        assert (answer.status, answer.get("location")) == (303, f"/login/?next={OVERVIEW}")

    @pytest.mark.parametrize("way", ["dies", "fails", "babbles", "hangs"])
    def test_goes_without_what_cannot_be_had(self, composing_door: Door, shop: Shop, signer: Signer, way: str) -> None:
        shop.broken.update(cart=way, notifications=way)
        began_at = time.monotonic()

        answer = composing_door.ask("GET", OVERVIEW, token=signer.token())

        assert time.monotonic() - began_at < composed.PART_SECONDS + 1
        assert answer.status == 200
        assert answer.json()["degraded"] == ["cart", "unread"]
        assert answer.json()["profile"] == PROFILE
        require_as_documented("me_overview", answer)


def test_a_part_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composed, "PART_SECONDS", 0.01)

    async def app(scope, _receive, send) -> None:
        if scope["path"] == "/api/v1/categories/":
            await asyncio.get_running_loop().create_future()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(ANSWERS["products"]).encode()})

    sent = asyncio.run(_home_of(app))

    assert json.loads(sent[1]["body"])["degraded"] == ["categories"]


async def _home_of(app) -> list:
    from common.observability.correlation import Correlation
    from gateway_svc.gateway.exchange import Exchange

    sent: list = []

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": HOME, "exchange": Exchange(Correlation.start())}
    as_it_comes = HouseRules(read=lambda **_: Rules(), policies={})
    await composed.Composed(app, as_it_comes)(scope, None, send)
    return sent
