"""What compose.yaml says, run for real on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
import redis
from kombu import Connection
from psycopg.conninfo import conninfo_to_dict
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from rich.console import Console
from ruamel.yaml import YAML

from common.events.figures import outbox_figures, queue_figures
from common.topology import NOTIFICATIONS, SERVICES
from ops.demo.narrator import Narrator
from ops.demo.stage import Stage
from ops.demo.story import tell
from ops.platform import Platform
from ops.servers import Redis
from ops.shop import Shop
from ops.state import LOCAL, State
from tests.architecture.composition import ROOT, fill
from tests.system.composed import Composed


@pytest.fixture(scope="module")
def composed() -> Iterator[Composed]:
    """Everything of ours in compose.yaml, prepared, up and well."""
    platform = Platform(State(LOCAL / "test" / "containers"))
    platform.state.make()
    platform.state.wipe()
    try:
        blueprint = platform.up_servers()
        composed = Composed(platform.state, blueprint)
        composed.build()
        composed.prepare()
        platform.daemon.change([*blueprint.server_specs, *composed.specs()])
        composed.wait_until_well()
        yield composed
    finally:
        platform.down()


class TestContainers:
    def test_are_a_shop_in_which_people_sell_and_buy(self, composed: Composed) -> None:
        with Shop(composed.url, patience_seconds=10.0) as shop:
            administrator = shop.another_visitor()
            administrator.sign_in(
                email=composed.values["OPENCOMMERCE_ADMIN_EMAIL"],
                password=composed.values["OPENCOMMERCE_ADMIN_PASSWORD"],
            )
            administrator.create_category(slug="lighting", name="Lighting")
            tell(Stage(shop=shop, narrator=Narrator(Console(stderr=True)), mailbox=composed.mailbox))

    def test_bear_to_be_told_everything_again(self, composed: Composed) -> None:
        before = wait_until_quiet(composed)

        for service in SERVICES:
            with psycopg.connect(composed.values[service.database_variable], connect_timeout=3) as connection:
                # As docs/how-to/run-in-production.md has it for after a restore.
                connection.execute("UPDATE events_outbox SET published_at = NULL, next_attempt_at = NULL")

        assert wait_until_quiet(composed) == before

    def test_run_the_gateway_compiled(self, composed: Composed) -> None:
        if not composed.is_compiled:
            pytest.skip("these sources are not compiled: manage_all.py compile")
        asks = "from gateway_svc.gateway import proxy; print(proxy.__file__)"

        done = subprocess.run(
            [sys.executable, "-c", asks],
            cwd=composed.image,
            env={"PYTHONPATH": str(composed.image)},
            capture_output=True,
            text=True,
            check=True,
        )

        assert Path(done.stdout.strip()).is_relative_to(composed.image / "gateway_svc")
        assert done.stdout.strip().endswith(".so")

    def test_show_their_metrics_where_prometheus_asks(self, composed: Composed) -> None:
        told = YAML(typ="safe").load(ROOT / "deploy/observability/prometheus/prometheus.yml")
        [job] = [job for job in told["scrape_configs"] if job["job_name"] == "opencommerce"]

        for asked in job["dns_sd_configs"]:
            for name in asked["names"]:
                # As Prometheus does: by an address, and not by a name that the service knows.
                with urlopen(f"http://{composed.address_of(name)}:{asked['port']}/metrics", timeout=10) as answer:
                    assert b"opencommerce_build_info" in answer.read()

    def test_may_be_prepared_again(self, composed: Composed) -> None:
        composed.prepare()

        composed.wait_until_well()


class TestPostgres:
    def test_gives_a_service_a_role_that_is_no_administrator(self, composed: Composed) -> None:
        administrator = composed.servers["OPENCOMMERCE_POSTGRES_URL"]
        parts = conninfo_to_dict(administrator)
        variables = {f"PG{name.upper()}": str(parts[name]) for name in ("host", "port", "password")}
        service = {"SERVICE": "made_svc", "SERVICE_PASSWORD": 'it\'s "quoted" $1'}

        subprocess.run(
            [ROOT / "deploy/postgres/service.sh"], env={**os.environ, **variables, **service}, check=True, timeout=30
        )

        mine = {**parts, "user": "made_svc", "password": service["SERVICE_PASSWORD"], "dbname": "made_svc"}
        with psycopg.connect(**mine, connect_timeout=3) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            row = connection.execute(
                "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = user"
            )
            assert row.fetchone() == (False,)
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(**{**mine, "dbname": "user_svc"}, connect_timeout=3)


class TestRedis:
    def test_wants_the_password(self, composed: Composed, tmp_path: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        configuration = tmp_path / "redis.conf"
        mounted = (ROOT / "deploy/redis/redis.conf").read_text()
        configuration.write_text(mounted.replace("port 6379", f"port {port}").replace("bind * -::*", "bind 127.0.0.1"))
        [shell, switch, script] = composed.written["redis"]["command"]
        here = (
            fill(script, {})
            .replace("/etc/redis/redis.conf", str(configuration))
            .replace("redis-server", str(Redis.find()))
        )

        with subprocess.Popen([shell, switch, here], env={**os.environ, "REDISCLI_AUTH": "opensesame"}) as server:
            try:
                with_it = redis.Redis(port=port, password="opensesame", retry=Retry(ConstantBackoff(0.1), 50))
                assert with_it.ping()
                assert with_it.config_get("maxmemory-policy", "save") == {
                    "maxmemory-policy": "volatile-lru",
                    "save": "",
                }
                with pytest.raises(redis.AuthenticationError):
                    redis.Redis(port=port).ping()
            finally:
                server.terminate()


def wait_until_quiet(composed: Composed) -> dict[str, int]:
    """Until every fact is sent and handled; returns how many there were, and what came of them."""
    deadline = time.monotonic() + 60
    while any(unsent(composed)) or waiting(composed) or unreported(composed):
        assert time.monotonic() < deadline, "facts are still on their way"
        time.sleep(0.5)
    return {
        f"{service.name}: {table}": rows
        for service in SERVICES
        for table, rows in counted(composed.values[service.database_variable]).items()
    }


def unsent(composed: Composed) -> list[int]:
    """How many facts each outbox still holds."""
    found = []
    for service in SERVICES:
        with psycopg.connect(composed.values[service.database_variable], connect_timeout=3) as connection:
            found.append(outbox_figures(connection)[0])
    return found


def waiting(composed: Composed) -> int:
    """How many facts lie in queues, or are in hands."""
    with Connection(composed.servers["OPENCOMMERCE_BROKER_URL"], connect_timeout=3) as connection:
        return sum(figures.depth for figures in queue_figures(connection, SERVICES).values() if figures)


def unreported(composed: Composed) -> int:
    """What notify_svc has done and will tell of when its next batch is due."""
    return counted(composed.values[NOTIFICATIONS.database_variable])["notifications_unreportedtelling"]


def counted(url: str) -> dict[str, int]:
    """The rows of every table in which a fact heard twice would show."""
    with psycopg.connect(url, connect_timeout=3) as connection:
        query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        tables = [name for (name,) in connection.execute(query) if not name.startswith(("django_", "auth_"))]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
