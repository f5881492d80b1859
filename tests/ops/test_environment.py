"""What each process is told, and what it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from common.topology import FILES, GATEWAY, ORDERS, SERVICES, USERS
from ops import processes
from ops.blueprint import Blueprint
from ops.state import ROOT, State

READ = re.compile(r'(?:env\.\w+\(|environ(?:\.get\(|\[))"((?:OPENCOMMERCE|[A-Z]+_SVC)_[A-Z0-9_]+)"')
SECRETS = (
    "GATEWAY_SVC_ASSERTION_KEY",
    "USER_SVC_TOKEN_KEYS",
    "USER_SVC_FACTOR_KEYS",
    "OPENCOMMERCE_S3_URL",
    "OPENCOMMERCE_ADMIN_PASSWORD",
)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A caller's environment that says nothing about the platform."""
    for name in (*documented(), "OPENCOMMERCE_RUN"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state")
    state.make()
    return state


def documented() -> set[str]:
    return set(re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))


class TestExample:
    def test_names_every_variable_that_the_services_read(self) -> None:
        folders = [ROOT / "common", *(ROOT / service.name for service in SERVICES)]
        sources = [path for folder in folders for path in folder.rglob("*.py") if "testing" not in path.parts]

        read = {name for path in sources for name in READ.findall(path.read_text())}

        assert read <= documented()

    def test_names_what_each_service_has_of_its_kind(self) -> None:
        assert {service.database_variable for service in SERVICES} <= documented()
        assert {service.url_variable for service in SERVICES if service is not GATEWAY} <= documented()


@pytest.mark.usefixtures("alone")
class TestEnvironment:
    def test_gives_a_service_its_own_database_alone(self, state: State) -> None:
        variables = Blueprint(state, public_port=8000).environment.of_service(ORDERS)

        databases = [name for name in variables if name.endswith("_DATABASE_URL")]
        assert databases == ["ORDER_SVC_DATABASE_URL"]
        assert "//order_svc:" in variables["ORDER_SVC_DATABASE_URL"]

    @pytest.mark.parametrize(
        ("service", "own"),
        [
            (GATEWAY, {"GATEWAY_SVC_ASSERTION_KEY"}),
            (USERS, {"USER_SVC_TOKEN_KEYS", "USER_SVC_FACTOR_KEYS"}),
            (FILES, {"OPENCOMMERCE_S3_URL"}),
            (ORDERS, set()),
        ],
    )
    def test_gives_a_secret_to_whom_it_belongs(self, state: State, service: object, own: set[str]) -> None:
        variables = Blueprint(state, public_port=8000).environment.of_service(service)

        assert own == {name for name in SECRETS if name in variables}

    @pytest.mark.parametrize(
        ("url", "given", "sandbox"),
        [
            (None, None, "on"),
            ("http://localhost:8000", None, "on"),
            ("https://shop.example", None, "off"),
            ("http://192.168.1.7:8000", None, "off"),
            ("https://shop.example", "on", "on"),
            (None, "off", "off"),
        ],
    )
    def test_takes_play_money_on_this_machine_alone(
        self, state: State, alone: pytest.MonkeyPatch, url: str | None, given: str | None, sandbox: str
    ) -> None:
        for name, value in (("OPENCOMMERCE_PUBLIC_URL", url), ("ORDER_SVC_SANDBOX", given)):
            if value:
                alone.setenv(name, value)

        variables = Blueprint(state, public_port=8000).environment.of_service(ORDERS)

        assert variables["ORDER_SVC_SANDBOX"] == sandbox

    def test_makes_each_secret_once(self, state: State) -> None:
        first = Blueprint(state, public_port=8000).environment.of_service(USERS)

        assert Blueprint(state, public_port=8000).environment.of_service(USERS) == first

    def test_lets_the_callers_own_values_win(self, state: State, alone: pytest.MonkeyPatch) -> None:
        alone.setenv("OPENCOMMERCE_REDIS_URL", "redis://elsewhere:6379/3")
        alone.setenv("ORDER_SVC_DATABASE_URL", "postgresql://elsewhere/orders")
        alone.setenv("ORDER_SVC_PROVIDER_TIMEOUT_SECONDS", "1")
        blueprint = Blueprint(state, public_port=8000)

        variables = blueprint.environment.of_service(ORDERS)

        assert variables["OPENCOMMERCE_REDIS_URL"] == "redis://elsewhere:6379/3"
        assert variables["ORDER_SVC_DATABASE_URL"] == "postgresql://elsewhere/orders"
        assert variables["ORDER_SVC_PROVIDER_TIMEOUT_SECONDS"] == "1"
        assert "redis" not in {server.name for server in blueprint.servers}

    def test_keeps_the_administrators_database_url_from_the_services(
        self, state: State, alone: pytest.MonkeyPatch
    ) -> None:
        alone.setenv("OPENCOMMERCE_POSTGRES_URL", "postgresql://admin:secret@elsewhere/postgres")

        variables = Blueprint(state, public_port=8000).environment.of_service(ORDERS)

        assert "OPENCOMMERCE_POSTGRES_URL" not in variables
        assert variables["ORDER_SVC_DATABASE_URL"].endswith("@elsewhere/order_svc")

    def test_needs_no_postgres_when_every_database_is_given(self, state: State, alone: pytest.MonkeyPatch) -> None:
        for service in SERVICES:
            alone.setenv(service.database_variable, f"postgresql://elsewhere/{service.name}")

        assert "postgres" not in {server.name for server in Blueprint(state, public_port=8000).servers}


@pytest.mark.usefixtures("alone")
class TestProcesses:
    def test_have_names_and_ports_of_their_own(self, state: State) -> None:
        specs = Blueprint(state, public_port=8000, scale={"product_svc": 3}).application_specs()

        ports = [spec.port for spec in specs if spec.port]
        assert len({spec.name for spec in specs}) == len(specs)
        assert len(set(ports)) == len(ports)
        assert {"product_svc.web", "product_svc.web-2", "product_svc.web-3"} <= {spec.name for spec in specs}

    def test_take_from_every_queue_that_the_topology_names(self, state: State) -> None:
        specs = Blueprint(state, public_port=8000).application_specs()

        taken = [queue for spec in specs if spec.kind == "worker" for queue in spec.argv[-1].split(",")]
        wanted = [f"{service.name}.{kind}" for service in SERVICES for kinds in service.workers for kind in kinds]
        assert sorted(taken) == sorted(wanted)

    def test_tell_the_gateway_of_each_instance(self) -> None:
        numbers = {name: number for number, name in enumerate(processes.port_names({"product_svc": 2}), start=9000)}

        found = processes.addresses({"product_svc": 2}, numbers.__getitem__)

        assert len(found["PRODUCT_SVC_URL"].split(",")) == 2
        assert found["NOTIFY_SVC_SOCKET_URL"].startswith("http://127.0.0.1:")
