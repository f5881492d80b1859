"""Changing the processes of a running platform for a test, and changing them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ops import ports
from ops.blueprint import GATEWAY_WEB
from ops.platform import Platform
from ops.supervisor.spec import Spec, read_plan
from tests.system.people import wait_until


@contextmanager
def with_applications(platform: Platform, applications: Sequence[Spec]) -> Iterator[None]:
    """Run these processes beside the servers within the context; those that are in both plans are not restarted."""
    before = read_plan(platform.state.plan)
    _become(platform, [*(spec for spec in before if not spec.is_application), *applications])
    try:
        yield
    finally:
        _become(platform, before)


@contextmanager
def with_second_gateway(platform: Platform, **changed: str) -> Iterator[str]:
    """Run one more gateway process, with these variables changed; the value is its origin."""
    applications = applications_of(platform)
    first = next(spec for spec in applications if spec.name == GATEWAY_WEB)
    port, inside = ports.remembered(platform.state, ["second door", "second door's inside"]).values()
    argv = [str(port) if word == str(first.port) else word for word in first.argv]
    environment = {**first.environment, **changed, "OPENCOMMERCE_INSIDE_ADDRESS": f"127.0.0.1:{inside}"}
    place = {"port": port, "probe": f"http://127.0.0.1:{port}/health/ready"}
    second = replace(first, name=f"{first.name}-2", argv=argv, environment=environment, **place)
    with with_applications(platform, [*applications, second]):
        yield f"http://127.0.0.1:{port}"


def applications_of(platform: Platform) -> list[Spec]:
    """The specs of its own processes in the current plan."""
    return [spec for spec in read_plan(platform.state.plan) if spec.is_application]


def identity_of(platform: Platform, name: str) -> dict[str, Any] | None:
    """The identity of the current process of this name; None while there is none."""
    found: dict[str, Any] | None = platform.daemon.processes().get(name, {}).get("identity")
    return found


def _become(platform: Platform, plan: Sequence[Spec]) -> None:
    leaving = [spec.name for spec in read_plan(platform.state.plan) if spec not in plan]
    before = [identity for name in leaving if (identity := identity_of(platform, name))]
    platform.daemon.change(plan)
    wait_until(lambda: not any(identity_of(platform, name) in before for name in leaving))
    platform.wait_until_healthy(seconds=60)
