"""The four servers, run privately for real, in a folder that only its owner can enter."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import amqp
import kombu
import psycopg
import pytest

from ops.credentials import Credentials
from ops.platform import Platform
from ops.servers import SERVERS, Server
from ops.state import State
from ops.status import Status

FOUR = [kind.name for kind in SERVERS]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The servers alone, without the services."""
    with pytest.MonkeyPatch.context() as environment:
        for kind in SERVERS:
            environment.delenv(kind.variable, raising=False)
        for name in ("USER", "PRODUCT", "ORDER", "NOTIFY", "FILE", "GATEWAY"):
            environment.delenv(f"{name}_SVC_DATABASE_URL", raising=False)
        folder = tmp_path_factory.mktemp("closed")
        folder.chmod(0o700)
        platform = Platform(State(folder / "state"))
        platform.up_servers()
        yield platform
        platform.down()


@pytest.fixture
def until_back(platform: Platform) -> Callable[[], None]:
    """Wait until all four answer again."""
    ports = platform.state.read("ports")
    credentials = Credentials(platform.state)
    servers = [kind(platform.state, credentials, ports.__getitem__) for kind in SERVERS]

    def wait() -> None:
        for server in servers:
            eventually(lambda server=server: answers(server))

    return wait


def answers(server: Server) -> bool:
    try:
        server.check(server.url())
    except Exception:  # each client library has exceptions of its own
        return False
    return True


def described(platform: Platform) -> dict[str, dict[str, Any]]:
    return {server["name"]: server for server in Status(platform.state).collect()["servers"]}


class TestServers:
    @pytest.mark.parametrize("name", FOUR)
    def test_come_back_where_they_were_after_being_killed(
        self, platform: Platform, until_back: Callable[[], None], name: str
    ) -> None:
        before = described(platform)[name]

        platform.kill(name)

        eventually(lambda: described(platform)[name]["pid"] not in {None, before["pid"]})
        until_back()
        after = described(platform)[name]
        assert (after["port"], after["url"]) == (before["port"], before["url"])

    def test_keep_their_data_when_killed(self, platform: Platform, until_back: Callable[[], None]) -> None:
        url = described(platform)["postgres"]["url"]
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept (value int)")
            connection.execute("INSERT INTO kept VALUES (1)")

        platform.kill("postgres")

        until_back()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT value FROM kept").fetchall() == [(1,)]

    def test_can_be_reached_from_this_machine_alone(self, platform: Platform) -> None:
        ports = [port for kind in SERVERS for port in kind.port_names]
        numbers = platform.state.read("ports")
        here = own_address()

        for name in ports:
            with socket.socket() as probe:
                probe.settimeout(1)
                assert probe.connect_ex((here, numbers[name])) != 0, name

    def test_let_nobody_in_without_a_password(self, platform: Platform) -> None:
        servers = described(platform)

        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{servers['postgres']['port']}/postgres").close()
        guest = kombu.Connection(f"amqp://guest:guest@127.0.0.1:{servers['rabbitmq']['port']}//", connect_timeout=3)
        with pytest.raises(amqp.AccessRefused):
            guest.connect()


def own_address() -> str:
    """The address of another interface of this machine, where it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; only asks the routing table
        except OSError:
            pytest.skip("this machine has no other interface")
        return str(probe.getsockname()[0])


def eventually(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)
