"""A gateway with small fake services behind it."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError
from django.db import connection as database
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import override_settings
from psycopg.errors import DeadlockDetected

from tests.gateway_svc.accounts import FakeAccounts
from tests.gateway_svc.door import Door
from tests.gateway_svc.shelf import FakeShelf
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import BEHAVIOURS, FakeService, FakeSockets, answer
from tests.gateway_svc.visitor import Visitor


def pytest_configure(config: pytest.Config) -> None:
    # Servers run on threads here and use random while Hypothesis checks whether a strategy does.
    config.addinivalue_line("filterwarnings", "ignore:Do not use the .random. module inside strategies")


def database_url() -> str:
    """The URL of the test database, for other processes."""
    values = database.settings_dict
    assert values["NAME"].startswith("test_"), "this is no test database: has no test that runs asked for one?"
    user, password = quote(values["USER"]), quote(values["PASSWORD"], safe="")
    return f"postgresql://{user}:{password}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


class FakeUsers(FakeService):
    """A user_svc that publishes the keys that a test gives it."""

    def __init__(self, accounts: FakeAccounts | None = None) -> None:
        self.keys: list[dict[str, str]] = []
        self.fetches = 0
        people = dict.fromkeys(accounts.NAMES, accounts.speak) if accounts else {}
        super().__init__({**BEHAVIOURS, "jwks.json": self._publish, **people})

    async def _publish(self, _service, _asked, _reader, writer) -> None:
        self.fetches += 1
        writer.write(answer(json.dumps({"keys": self.keys}).encode()))


@pytest.fixture(scope="session")
def signer() -> Signer:
    """The signing key of user_svc."""
    return Signer()


@pytest.fixture(scope="session")
def all_accounts(signer: Signer) -> FakeAccounts:
    """The accounts of user_svc."""
    return FakeAccounts(signer)


@pytest.fixture
def accounts(all_accounts: FakeAccounts) -> FakeAccounts:
    """The same, reset to their initial state."""
    all_accounts.reset()
    return all_accounts


@pytest.fixture(scope="session")
def users(signer: Signer, all_accounts: FakeAccounts) -> Iterator[FakeUsers]:
    service = FakeUsers(all_accounts)
    service.keys = [signer.jwk()]
    yield service
    service.close()


@pytest.fixture(scope="session")
def service() -> Iterator[FakeService]:
    """One fake for all other services."""
    fake = FakeService(BEHAVIOURS)
    yield fake
    fake.close()


@pytest.fixture(scope="session", autouse=True)
def _tables_emptied_at_last() -> Iterator[None]:
    """Try again where a gateway reads the tables that are being emptied after a test, in another order: PostgreSQL ends
    one of the two.
    """
    flush = DatabaseOperations.execute_sql_flush

    def patient_flush(self: DatabaseOperations, statements: list[str]) -> None:
        for _ in range(3):
            try:
                return flush(self, statements)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
        return flush(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", patient_flush)
        yield


@pytest.fixture(scope="session")
def sockets() -> Iterator[FakeSockets]:
    fake = FakeSockets()
    yield fake
    fake.close()


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The static files, collected as before a start."""
    folder = str(tmp_path_factory.mktemp("static"))
    backend = {"BACKEND": "common.pages.storage.HashedFiles"}
    with override_settings(STATIC_ROOT=folder, STORAGES={**settings.STORAGES, "staticfiles": backend}):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture(scope="session")
def passing_doors() -> list[Door]:
    """The gateways that are running, except those that all tests share."""
    return []


@pytest.fixture(scope="module", autouse=True)
def _doors_of_a_module(passing_doors: list[Door]) -> Iterator[None]:
    """Stop the gateways of a module: even an idle one costs something, and a hundred of them add up."""
    yield
    _close(passing_doors, 0)


@pytest.fixture(autouse=True)
def _doors_of_a_test(passing_doors: list[Door]) -> Iterator[None]:
    of_the_module = len(passing_doors)
    yield
    _close(passing_doors, of_the_module)


def _close(doors: list[Door], first: int) -> None:
    while len(doors) > first:
        doors.pop().stop()


@pytest.fixture(scope="session")
def open_door(
    passing_doors: list[Door],
    django_db_setup: None,
    django_db_blocker,
    tmp_path_factory: pytest.TempPathFactory,
    users,
    service,
    sockets,
    static_root,
) -> Iterator[Callable[..., Door]]:
    """``open_door(ORDER_SVC_URL=…)``: start a gateway process with these variables changed. It runs until the end of
    the test, or of the module if a fixture of that scope starts it; with ``stays``, until the end of all tests.
    """
    folder: Path = tmp_path_factory.mktemp("gateway")
    shared: list[Door] = []
    number = itertools.count()
    with django_db_blocker.unblock():
        database.close()
        common = {
            "GATEWAY_SVC_DATABASE_URL": database_url(),
            "USER_SVC_URL": users.url,
            "PRODUCT_SVC_URL": service.url,
            "ORDER_SVC_URL": service.url,
            "NOTIFY_SVC_URL": service.url,
            "FILE_SVC_URL": service.url,
            "NOTIFY_SVC_SOCKET_URL": sockets.url,
            "OPENCOMMERCE_STATIC_ROOT": static_root,
            "OPENCOMMERCE_LOG_LEVEL": "INFO",
            "OPENCOMMERCE_RATE_LIMITS": "off",
            # Most tests are about proxying; those of the cache switch it on.
            "GATEWAY_SVC_CACHE_MIB": "0",
            # Many tests share one gateway and have services that fail; circuit breakers are tested at other gateways.
            "GATEWAY_SVC_CIRCUIT_REQUESTS": "1000000",
        }

    def make(
        *,
        until: str = "/health/ready",
        options: Sequence[str] = (),
        within: Sequence[str] = (),
        is_compiled: bool = True,
        stays: bool = False,
        **changed: str,
    ) -> Door:
        log = folder / f"{next(number)}.log"
        door = Door({**common, **changed}, log, options=options, within=within, is_compiled=is_compiled)
        (shared if stays else passing_doors).append(door)
        door.wait(until=until)
        return door

    yield make
    _close(shared, 0)


@pytest.fixture(scope="session")
def door(open_door: Callable[..., Door]) -> Door:
    """The gateway that most tests share."""
    return open_door(stays=True)


@pytest.fixture(autouse=True)
def fresh(service: FakeService) -> None:
    """Forget the requests of other tests."""
    service.asked.clear()
    service.has_given.clear()


@pytest.fixture
def visitor(door: Door, accounts: FakeAccounts) -> Visitor:
    """A browser at the gateway that most tests share."""
    return Visitor(door)


@pytest.fixture(scope="session")
def one_shelf() -> Iterator[FakeShelf]:
    """A product_svc whose responses may be cached."""
    fake = FakeShelf()
    yield fake
    fake.close()


@pytest.fixture
def shelf(one_shelf: FakeShelf) -> FakeShelf:
    """The same, reset to its initial state."""
    one_shelf.reset()
    one_shelf.asked.clear()
    return one_shelf


@pytest.fixture(scope="session")
def open_keeping_door(open_door: Callable[..., Door], one_shelf: FakeShelf) -> Callable[..., Door]:
    """Start a gateway process with its cache on, once it receives invalidations."""

    def make(*, stays: bool = False, **changed: str) -> Door:
        variables = {"PRODUCT_SVC_URL": one_shelf.url, "GATEWAY_SVC_CACHE_MIB": "8", **changed}
        door = open_door(stays=stays, **variables)
        wait_until(door, keeps=True)
        return door

    return make


@pytest.fixture(scope="session")
def keeping_door(open_keeping_door: Callable[..., Door], one_shelf: FakeShelf) -> Door:
    """The one that most tests share. The shelf is reset first, as another test may have changed it."""
    one_shelf.reset()
    return open_keeping_door(stays=True)


def wait_until(door: Door, *, keeps: bool) -> None:
    """Wait until the gateway caches responses, or does not: it bypasses the cache while it gets no invalidations."""
    give_up_at = time.monotonic() + 10
    while ("bypass" in door.ask("GET", "/api/v1/products/is-it-on/").get("cache-status")) == keeps:
        assert time.monotonic() < give_up_at, "nothing is ever kept"
        time.sleep(0.02)
