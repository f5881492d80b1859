"""compose.yaml runs the same platform as `manage_all.py up`, with every door closed that need not be open."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import resources
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from common.topology import BY_NAME, GATEWAY, SERVICES, Service
from ops import compose_env, processes
from tests.architecture import composition, image
from tests.architecture.composition import ROOT
from tests.architecture.test_environment import PREFIXES, names_in_package

GIVEN = compose_env.complete({}, public_url=None)
CONTAINERS = composition.services(GIVEN)
WRITTEN = composition.as_written()
# Given to the processes for libraries that read it themselves.
FOR_LIBRARIES = {"DJANGO_SETTINGS_MODULE", "OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT"}
FOR_THE_FIRST_ADMINISTRATOR = {"OPENCOMMERCE_ADMIN_EMAIL", "OPENCOMMERCE_ADMIN_PASSWORD"}
# What a container can have no health check of: it ends, or holds no program that could look.
UNCHECKED = {"s3-volume", "otel-collector", "jaeger", *(f"{name.replace('_', '-')}-prepare" for name in BY_NAME)}
CONSOLES = {"rabbitmq", "s3", "mailpit", "prometheus", "grafana", "jaeger"}


def dashed(name: str) -> str:
    """How the container of a process or a service is called."""
    return name.replace("_", "-").replace(".", "-")


def of(service: Service) -> dict[str, dict[str, Any]]:
    """The containers that run a service's own code."""
    return {
        name: container
        for name, container in CONTAINERS.items()
        if name.startswith(f"{dashed(service.name)}-") and not name.endswith("-database")
    }


def networks(container: dict[str, Any]) -> set[str]:
    return set(container.get("networks", []))


def limits(container: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = container["deploy"]["resources"]["limits"]
    return found


class TestFile:
    def specification(self) -> jsonschema.protocols.Validator:
        text = resources.files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text()
        schema = json.loads(text)
        return jsonschema.validators.validator_for(schema)(schema)

    def test_is_what_the_compose_specification_allows(self) -> None:
        assert [error.message for error in self.specification().iter_errors(composition.filled_in(GIVEN))] == []

    def test_would_not_be_with_a_misspelt_key(self) -> None:
        misspelt = {**composition.filled_in(GIVEN), "services": {"redis": {"image": "redis:8.2.8", "healthchek": {}}}}

        assert [error.message for error in self.specification().iter_errors(misspelt)] != []

    def test_mentions_nothing_that_it_does_not_have(self) -> None:
        for container in CONTAINERS.values():
            assert set(container.get("depends_on", {})) <= set(CONTAINERS)
            assert networks(container) <= set(WRITTEN["networks"])
            for source, *_ in (volume.split(":") for volume in container.get("volumes", [])):
                assert (ROOT / source).exists() if source.startswith("./") else source in WRITTEN["volumes"]

    def test_has_nothing_that_nobody_uses(self) -> None:
        volumes = {volume.split(":")[0] for container in CONTAINERS.values() for volume in container.get("volumes", [])}

        assert set(WRITTEN["volumes"]) <= volumes
        assert set(WRITTEN["networks"]) == set().union(*map(networks, CONTAINERS.values()))


class TestProcesses:
    def test_are_those_that_up_runs(self) -> None:
        ours = {name for name, container in CONTAINERS.items() if "ops.run" in container.get("command", [])}

        assert ours == {dashed(name) for name in processes.arguments()}

    @pytest.mark.parametrize("process", processes.arguments())
    def test_are_started_by_their_names(self, process: str) -> None:
        listening = ["--listen", "0.0.0.0:8000"] if process.endswith((".web", ".sockets")) else []

        command = CONTAINERS[dashed(process)]["command"]

        assert command == ["python", "-m", "ops.run", process, *listening]

    @pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
    def test_start_once_their_service_is_prepared(self, service: Service) -> None:
        prepare = f"{dashed(service.name)}-prepare"

        for name, container in of(service).items():
            if name != prepare:
                assert container["depends_on"][prepare] == {"condition": "service_completed_successfully"}
        assert CONTAINERS[prepare]["command"] == ["python", "-m", "ops.prepare"]
        assert CONTAINERS["scheduler"]["depends_on"][prepare] == {"condition": "service_completed_successfully"}

    def test_are_found_by_the_gateway(self) -> None:
        told = CONTAINERS["gateway-svc-web"]["environment"]

        for service in SERVICES:
            if service.prefixes:
                assert told[service.url_variable] == f"http://{dashed(service.name)}-web:8000"
            if service.socket_prefixes:
                assert told[service.socket_url_variable] == f"http://{dashed(service.name)}-sockets:8000"

    def test_are_found_by_prometheus(self) -> None:
        told = YAML(typ="safe").load(ROOT / "deploy/observability/prometheus/prometheus.yml")
        job = {job["job_name"]: job for job in told["scrape_configs"]}["opencommerce"]
        found = {name: asked["port"] for asked in job["dns_sd_configs"] for name in asked["names"]}
        inside = int(image.variables()["OPENCOMMERCE_INSIDE_ADDRESS"].rpartition(":")[2])

        answers_itself = {name for name in processes.arguments() if name.endswith((".web", ".sockets"))}
        answers_itself.remove(f"{GATEWAY.name}.web")  # whose port is open to the world
        assert found == {dashed(name): 8000 if name in answers_itself else inside for name in processes.arguments()}


class TestVariables:
    @pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
    def test_are_all_that_the_service_reads_and_no_others(self, service: Service) -> None:
        names = set(CONTAINERS[f"{dashed(service.name)}-web"]["environment"])
        elsewhere = names_in_package(service.name) - FOR_THE_FIRST_ADMINISTRATOR

        assert names | set(image.variables()) >= settings_read(service) | elsewhere
        assert names - FOR_LIBRARIES <= settings_read(service) | elsewhere

    @pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
    def test_are_the_same_for_all_processes_of_a_service(self, service: Service) -> None:
        told = {
            name: set(container["environment"]) - FOR_THE_FIRST_ADMINISTRATOR for name, container in of(service).items()
        }

        assert len({frozenset(names) for names in told.values()}) == 1

    def test_of_the_administrator_are_told_to_nobody_but_the_one_who_makes_it(self) -> None:
        told = {
            name
            for name, container in CONTAINERS.items()
            if FOR_THE_FIRST_ADMINISTRATOR & set(container.get("environment", {}))
        }

        assert told == {"user-svc-prepare"}

    def test_of_the_scheduler_are_the_brokers_alone(self) -> None:
        assert set(CONTAINERS["scheduler"]["environment"]) == {"OPENCOMMERCE_BROKER_URL", "OPENCOMMERCE_LOG_LEVEL"}

    def test_without_a_value_stop_the_start_until_compose_env_made_them(self) -> None:
        assert composition.required() <= set(compose_env.names())
        assert set(compose_env.names()) <= composition.asked()
        with pytest.raises(LookupError):
            composition.filled_in({})

    def test_let_every_server_be_somebody_elses(self) -> None:
        elsewhere = {service.database_variable: f"postgresql://elsewhere/{service.name}" for service in SERVICES}
        elsewhere |= {
            f"OPENCOMMERCE_{server}_URL": f"{server}://elsewhere" for server in ("BROKER", "REDIS", "S3", "MAIL")
        }

        told = composition.services({**GIVEN, **elsewhere})

        for service in SERVICES:
            mine = told[f"{dashed(service.name)}-web"]["environment"]
            assert mine.items() >= {name: url for name, url in elsewhere.items() if name in mine}.items()
            assert mine[service.database_variable] == f"postgresql://elsewhere/{service.name}"


class TestSecrets:
    def test_stand_nowhere_in_the_file(self) -> None:
        for container in WRITTEN["services"].values():
            for name, value in container.get("environment", {}).items():
                if re.search(r"(PASSWORD|SECRET|KEYS?|AUTH)$", name):
                    assert value.startswith("${"), name
                for password in re.findall(r"://[^:@/]*:([^@]*)@", str(value)):
                    assert password.startswith("${"), name

    @pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
    def test_of_one_service_are_told_to_no_other(self, service: Service) -> None:
        others = [other for other in SERVICES if other is not service]
        foreign = [
            value for name, value in GIVEN.items() for other in others if name.startswith(f"{other.name.upper()}_")
        ]
        secrets = [value for value in foreign if value not in {"on", "off"}]

        for container in (*of(service).values(), CONTAINERS[f"{dashed(service.name)}-database"]):
            told = " ".join(map(str, container["environment"].values()))
            assert [secret for secret in secrets if secret in told] == []


class TestDoors:
    def test_to_the_outside_are_the_gateway_and_pages_for_this_machine(self) -> None:
        published = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}

        assert set(published) == {"gateway-svc-web", *CONSOLES}
        assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)

    def test_of_the_gateway_can_be_opened(self) -> None:
        told = composition.services({**GIVEN, "OPENCOMMERCE_LISTEN": "0.0.0.0:80"})

        assert told["gateway-svc-web"]["ports"] == ["0.0.0.0:80:8000"]

    @pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
    def test_to_a_database_are_for_its_own_service(self, service: Service) -> None:
        network = dashed(service.name)
        inside = {name for name, container in CONTAINERS.items() if network in networks(container)}

        assert WRITTEN["networks"][network] == {"internal": True}
        assert inside == {*of(service), f"{network}-database"}
        assert networks(CONTAINERS[f"{network}-database"]) == {network}

    def test_to_the_files_are_for_their_service(self) -> None:
        inside = {name for name, container in CONTAINERS.items() if "files" in networks(container)}

        assert inside == {"s3", "file-svc-prepare", "file-svc-web", "file-svc-worker"}

    def test_that_lead_out_are_for_those_who_talk_to_others(self) -> None:
        out = {name for name, container in CONTAINERS.items() if "outside" in networks(container)}

        assert out == {"user-svc-worker", "notify-svc-worker", "order-svc-worker-work", "otel-collector"}
        assert {name for name, network in WRITTEN["networks"].items() if not network.get("internal")} == {
            "front",
            "outside",
            "consoles",
        }


@pytest.mark.parametrize("name", CONTAINERS)
class TestContainer:
    def test_may_do_little(self, name: str) -> None:
        container = CONTAINERS[name]

        assert container["read_only"] is True
        assert container["cap_drop"] == ["ALL"]
        assert container["security_opt"] == ["no-new-privileges:true"]
        assert not container.get("privileged")

    def test_is_not_root(self, name: str) -> None:
        container = CONTAINERS[name]

        if name == "s3-volume":
            assert (container["cap_add"], container["network_mode"]) == (["CHOWN"], "none")
        else:
            assert re.fullmatch(r"[1-9]\d*:\d+", container["user"])
            assert "cap_add" not in container

    def test_takes_no_more_than_its_share(self, name: str) -> None:
        assert limits(CONTAINERS[name]).keys() >= {"cpus", "memory"}
        assert CONTAINERS[name]["logging"]["options"].keys() == {"max-size", "max-file"}

    def test_comes_back_unless_it_is_done(self, name: str) -> None:
        is_a_job = name == "s3-volume" or name.endswith("-prepare")

        assert CONTAINERS[name]["restart"] == ("no" if is_a_job else "unless-stopped")

    def test_says_whether_it_is_well(self, name: str) -> None:
        assert ("healthcheck" in CONTAINERS[name]) == (name not in UNCHECKED)

    def test_is_of_a_pinned_image(self, name: str) -> None:
        reference = CONTAINERS[name]["image"]

        if reference != "opencommerce:local":
            tag = reference.partition("@")[0].rpartition(":")[2]
            assert re.search(r"\d+\.\d+|\d{4}-\d\d-\d\d", tag)
            assert re.fullmatch(r"[^@]+(@sha256:[0-9a-f]{64})?", reference)


def settings_read(service: Service) -> set[str]:
    """The variables that the settings of a service ask for, seen by letting them ask."""
    values = {**image.variables(), **CONTAINERS[f"{dashed(service.name)}-web"]["environment"]}
    done = subprocess.run(
        [sys.executable, "-c", _LISTENING.format(service.settings_module, PREFIXES)],
        env={**values, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


_LISTENING = """
import importlib, json, os
from collections.abc import MutableMapping

class Listening(MutableMapping):
    def __init__(self, inner): self.inner, self.asked = inner, set()
    def __getitem__(self, name): self.asked.add(name); return self.inner[name]
    def __setitem__(self, name, value): self.inner[name] = value
    def __delitem__(self, name): del self.inner[name]
    def __iter__(self): return iter(self.inner)
    def __len__(self): return len(self.inner)

os.environ = Listening(os.environ)
importlib.import_module("{}")
print(json.dumps(sorted(name for name in os.environ.asked if name.startswith({}))))
"""
