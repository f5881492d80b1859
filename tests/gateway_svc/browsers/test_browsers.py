"""Staying signed in at a browser: what is kept, how it is renewed, what a failure costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from gateway_svc.browsers import rules, services
from gateway_svc.browsers.models import BrowserSession
from gateway_svc.browsers.services import Tokens
from gateway_svc.config.celery import app
from gateway_svc.config.schedule import SCHEDULE
from gateway_svc.sessions import services as sessions
from tests.gateway_svc.accounts import ADA, ADMIN, FakeAccounts
from tests.gateway_svc.door import Door
from tests.gateway_svc.gateway.test_tokens import assertion_in, assertion_of
from tests.gateway_svc.upstream import FakeService
from tests.gateway_svc.visitor import COOKIE, Visitor

PRODUCTS = "/api/v1/products/"
ORDERS = "/api/v1/orders/"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAIR = Tokens(access="an-access-token", refresh="a-refresh-token")
REFRESH = "auth/token/refresh"


def begin(now: datetime = NOON) -> str:
    """A browser that was signed in; returns the digest of its cookie."""
    return rules.digest_of(services.begin_session(tokens=PAIR, user_id="u", session_id="s", now=now))


@pytest.mark.django_db
class TestASession:
    def test_keeps_nothing_that_could_be_used(self) -> None:
        cookie = services.begin_session(tokens=PAIR, user_id="u", session_id="s", now=NOON)

        row = str(BrowserSession.objects.values().get())

        assert rules.is_cookie(cookie)
        assert not any(secret in row for secret in (cookie, PAIR.access, PAIR.refresh))

    def test_holds_for_thirty_days(self) -> None:
        digest = begin()

        assert services.access_of(digest=digest, now=NOON + timedelta(days=29)) == PAIR.access
        assert services.access_of(digest=digest, now=NOON + timedelta(days=30)) is None

    def test_is_swept_then(self) -> None:
        begin()
        begin(NOON + timedelta(days=1))

        assert services.forget_expired_sessions(now=NOON + timedelta(days=30)) == 1

    def test_is_swept_when_user_svc_has_ended_it(self) -> None:
        services.begin_session(tokens=PAIR, user_id="u", session_id="over", now=NOON)
        kept = services.begin_session(tokens=PAIR, user_id="u", session_id="another", now=NOON)
        sessions.end_session(session_id="over", user_id="u", ended_at=NOON)

        assert services.forget_expired_sessions(now=NOON) == 1
        assert services.access_of(digest=rules.digest_of(kept), now=NOON) == PAIR.access

    def test_is_swept_by_the_clock(self) -> None:
        assert "browsers.forget_expired" in SCHEDULE
        begin()

        app.loader.import_default_modules()
        app.tasks["browsers.forget_expired"].run()

        assert not BrowserSession.objects.exists()

    def test_is_over_when_no_key_reads_it(self) -> None:
        digest = begin()

        with override_settings(BROWSER_KEYS=[], SECRET_KEY="another"):
            assert services.access_of(digest=digest, now=NOON) is None
            assert services.renew_access(digest=digest, stale="", trade=_never, now=NOON) is None

    def test_is_read_with_an_older_key(self) -> None:
        with override_settings(BROWSER_KEYS=[b"1" * 32]):
            digest = begin()
        with override_settings(BROWSER_KEYS=[b"2" * 32, b"1" * 32]):
            assert services.access_of(digest=digest, now=NOON) == PAIR.access


@pytest.mark.django_db
class TestRenewing:
    def test_trades_the_refresh_token(self) -> None:
        digest = begin()
        sent: list[str] = []

        def trade(refresh: str) -> Tokens:
            sent.append(refresh)
            return Tokens("new-access", "new-refresh")

        assert services.renew_access(digest=digest, stale=PAIR.access, trade=trade, now=NOON) == "new-access"
        assert services.access_of(digest=digest, now=NOON) == "new-access"
        services.renew_access(digest=digest, stale="new-access", trade=trade, now=NOON)
        assert sent == [PAIR.refresh, "new-refresh"]

    def test_finds_what_another_got(self) -> None:
        digest = begin()

        assert services.renew_access(digest=digest, stale="older", trade=_never, now=NOON) == PAIR.access

    def test_ends_what_user_svc_has_ended(self) -> None:
        digest = begin()

        assert services.renew_access(digest=digest, stale=PAIR.access, trade=lambda _: None, now=NOON) is None
        assert services.access_of(digest=digest, now=NOON) is None

    def test_leaves_all_as_it_is_when_user_svc_cannot_be_asked(self) -> None:
        digest = begin()

        with pytest.raises(ConnectionError):
            services.renew_access(digest=digest, stale=PAIR.access, trade=_away, now=NOON)

        assert services.access_of(digest=digest, now=NOON) == PAIR.access


def _never(_refresh: str) -> Tokens:
    raise AssertionError("nobody has to be asked")


def _away(_refresh: str) -> Tokens:
    raise ConnectionError


@pytest.mark.django_db(transaction=True)
class TestABrowser:
    def test_is_known_without_asking_again(
        self, open_door: Callable[..., Door], accounts: FakeAccounts, service: FakeService, users: Any
    ) -> None:
        visitor = Visitor(open_door())
        visitor.sign_in()
        visitor.get(PRODUCTS)
        accounts.asked.clear()
        users.stop()
        try:
            for _ in range(5):
                visitor.get(PRODUCTS)
        finally:
            users.start()

        assert "sub" in assertion_in(service)
        assert accounts.asked == []

    def test_is_nobody_with_a_cookie_that_is_none(self, door: Door, service: FakeService, accounts: Any) -> None:
        for cookie in ("A" * 43, "short", "x" * 5000, "\xff"):
            assert Visitor(door, {COOKIE: cookie}).get(PRODUCTS).status == 200
            assert "sub" not in assertion_in(service)

    def test_counts_less_than_a_token(self, visitor: Visitor, service: FakeService, signer: Any) -> None:
        visitor.sign_in()

        visitor.get(PRODUCTS, Authorization=f"Bearer {signer.token(sub='u-9')}")

        said = assertion_in(service)
        assert said["sub"] == "u-9"
        assert "via" not in said

    def test_does_not_save_a_bad_token(self, visitor: Visitor) -> None:
        visitor.sign_in()

        assert visitor.get(PRODUCTS, Authorization="Bearer bad").status == 401

    @pytest.mark.parametrize(
        ("sent", "passed_on"),
        [
            ("{ours}", []),
            ("a=1; {ours}; b=2", ["a=1; b=2"]),
            ("a=1;{ours};b=2", ["a=1; b=2"]),
            ('{ours}; {ours}; a="x', ['a="x']),
            (" {ours} ; OpenCommerce_Session=theirs", ["OpenCommerce_Session=theirs"]),
        ],
    )
    def test_shows_its_cookie_to_no_service(
        self, visitor: Visitor, service: FakeService, sent: str, passed_on: list[str]
    ) -> None:
        visitor.sign_in()
        ours = f"{COOKIE}={visitor.cookies.pop(COOKIE)}"
        visitor.cookies.clear()

        visitor.get(PRODUCTS, Cookie=sent.format(ours=ours))

        assert service.last.all("cookie") == passed_on
        assert "sub" in assertion_in(service)

    def test_gets_the_cookies_of_services(self, visitor: Visitor) -> None:
        visitor.get("/api/v1/products/special")

        assert visitor.cookies == {"a": "1", "b": "2"}


@pytest.mark.django_db(transaction=True)
class TestAnAccessTokenNearItsEnd:
    """Fifteen minutes are too long for a test, so user_svc gives tokens here that end sooner."""

    def test_is_renewed_behind(self, visitor: Visitor, accounts: FakeAccounts, service: FakeService) -> None:
        accounts.access_seconds = 60
        visitor.sign_in()
        accounts.access_seconds = 900

        visitor.get(PRODUCTS)

        assert "sub" in assertion_in(service)
        _wait_for(lambda: visitor.get(PRODUCTS) and accounts.asked_for(REFRESH))
        visitor.get(PRODUCTS)
        assert "sub" in assertion_in(service)

    def test_is_renewed_once_for_two_tabs_and_two_processes(
        self, visitor: Visitor, open_door: Callable[..., Door], accounts: FakeAccounts, service: FakeService
    ) -> None:
        accounts.access_seconds = 1
        visitor.sign_in()
        other = Visitor(open_door(), dict(visitor.cookies))
        time.sleep(1.1)
        accounts.access_seconds, accounts.pause_seconds = 900, 0.5

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda tab: tab.get(ORDERS).status, [visitor, other] * 4))

        assert answers == [200] * 8
        assert len(accounts.asked_for(REFRESH)) == 1
        assert all("sub" in assertion for assertion in _said_in(service))

    def test_is_good_to_its_end_without_user_svc(
        self, visitor: Visitor, accounts: FakeAccounts, service: FakeService
    ) -> None:
        accounts.access_seconds = 60
        visitor.sign_in()
        accounts.is_away = True

        assert visitor.get(PRODUCTS).status == 200

        assert "sub" in assertion_in(service)

    def test_is_not_lost_when_the_gateway_stops(
        self, open_door: Callable[..., Door], accounts: FakeAccounts, service: FakeService
    ) -> None:
        accounts.access_seconds = 60
        visitor = Visitor(open_door())
        visitor.sign_in()
        accounts.access_seconds, accounts.pause_seconds = 900, 1.0
        visitor.get(PRODUCTS)
        _wait_for(lambda: accounts.asked_for(REFRESH))

        assert visitor.door.stop() == 0

        Visitor(open_door(), visitor.cookies).get(PRODUCTS)
        assert "sub" in assertion_in(service)
        assert len(accounts.asked_for(REFRESH)) == 1

    def test_makes_a_visitor_of_whom_user_svc_signed_out(
        self, visitor: Visitor, accounts: FakeAccounts, service: FakeService
    ) -> None:
        accounts.access_seconds = 1
        visitor.sign_in()
        for session in accounts.sessions.values():
            session.is_over = True
        time.sleep(1.1)

        assert visitor.get(PRODUCTS).status == 200

        assert "sub" not in assertion_in(service)


@pytest.mark.django_db(transaction=True)
class TestWhileUserSvcIsAway:
    """Past the end of an access token, which here comes after a second."""

    @pytest.fixture
    def away(self, visitor: Visitor, accounts: FakeAccounts) -> Callable[..., Visitor]:
        """``away(email)``: somebody who signed in before user_svc went away, and whose token has expired."""

        def sign_in(email: str = ADA, door: Door | None = None) -> Visitor:
            somebody = Visitor(door or visitor.door)
            accounts.access_seconds = 1
            somebody.sign_in(email)
            time.sleep(1.1)
            accounts.is_away, accounts.access_seconds = True, 900
            return somebody

        return sign_in

    def test_people_stay_signed_in_and_can_buy(self, away: Callable[..., Visitor], service: FakeService) -> None:
        ada = away()

        assert ada.get(ORDERS).status == 200
        assert ada.post(ORDERS).status == 200

        said = [assertion_of(asked.get("x-gateway-assertion") or "", audience="order_svc") for asked in service.asked]
        assert [(each["roles"], each["via"]) for each in said] == [(["customer"], "browser")] * 2

    def test_they_are_themselves_again_once_it_is_back(
        self, away: Callable[..., Visitor], accounts: FakeAccounts, service: FakeService
    ) -> None:
        ada = away()
        ada.get(ORDERS)
        asked_before = len(accounts.asked_for(REFRESH))

        accounts.is_away = False

        _wait_for(lambda: ada.get(ORDERS) and len(accounts.asked_for(REFRESH)) > asked_before)
        assert ada.get(ORDERS).status == 200

    def test_a_session_that_ends_ends_at_once(
        self, away: Callable[..., Visitor], accounts: FakeAccounts, service: FakeService
    ) -> None:
        ada = away()
        ada.get(ORDERS)
        (session_id,) = list(accounts.sessions)[-1:]

        sessions.end_session(session_id=session_id, user_id="u", ended_at=datetime.now(UTC))

        _wait_for(lambda: ada.get(ORDERS) and "sub" not in assertion_in(service, audience="order_svc"))

    def test_staff_may_no_more_than_anybody(self, away: Callable[..., Visitor], service: FakeService) -> None:
        admin = away(ADMIN)

        assert admin.get(ORDERS).status == 200
        assert assertion_in(service, audience="order_svc")["roles"] == []
        assert admin.get("/admin/").status == 503
        assert admin.get("/admin/orders/").status == 503

    def test_the_grace_ends(
        self, away: Callable[..., Visitor], open_door: Callable[..., Door], service: FakeService
    ) -> None:
        ada = away(door=open_door(GATEWAY_SVC_BROWSER_GRACE_SECONDS="0"))

        # The public catalogue is anybody's; what is hers waits.
        assert ada.get(PRODUCTS).status == 200
        assert "sub" not in assertion_in(service)
        refusals = [
            ada.get("/api/v1/orders/early"),
            ada.get("/api/v1/orders/early", accept="application/json"),
            ada.get("/api/v1/me/overview/"),
            ada.get("/account/"),
            ada.get("/admin/orders/"),
            ada.post(ORDERS),
        ]
        assert [answer.status for answer in refusals] == [503] * 6
        assert all(answer.get("retry-after") for answer in refusals)


def _said_in(service: FakeService) -> list[dict[str, Any]]:
    return [assertion_of(asked.get("x-gateway-assertion") or "", audience="order_svc") for asked in service.asked]


def _wait_for(condition: Callable[[], Any]) -> None:
    give_up_at = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
