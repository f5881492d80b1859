"""Whether the variables that the caller set are known, valid and consistent."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from common.topology import SERVICES, Service
from ops import compose_env
from ops.blueprint import Blueprint
from ops.doctor.finding import Finding
from ops.environment import HERE, Environment, public_half
from ops.state import MARKER_VARIABLE, ROOT, State

_OURS = ("OPENCOMMERCE_", *(f"{service.name.upper()}_" for service in SERVICES))
_KEY, _HALF = "GATEWAY_SVC_ASSERTION_KEY", "OPENCOMMERCE_ASSERTION_PUBLIC_KEY"
_SECONDS = 30


def examine(_state: State) -> Iterator[Finding]:
    """Unknown names first, then values that a service refuses, then contradictions and unsafe combinations."""
    yield from _unknown()
    yield from _refused()
    yield from _halves()
    yield from _open_doors()


def _unknown() -> Iterator[Finding]:
    known = set(compose_env.read((ROOT / ".env.example").read_text())) | {MARKER_VARIABLE}
    for name in sorted(name for name in os.environ if name.startswith(_OURS) and name not in known):
        near = difflib.get_close_matches(name, known, n=1)
        yield Finding(
            subject="variables",
            what=f"{name} is set, and nothing reads it.",
            why="What it was meant to change stays as it is.",
            cure=f"unset {name}" + (f", and set {near[0]} if that was meant" if near else ""),
        )


def _refused() -> Iterator[Finding]:
    """Import each service's settings, to see whether it would start."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        state = State(Path(folder))
        state.make()
        try:
            environment = Blueprint(state, public_port=8000).environment
            refusals = pool.map(_refusal, [environment] * len(SERVICES), SERVICES)
            told: dict[str, list[str]] = {}
            for service, refusal in zip(SERVICES, refusals, strict=True):
                if refusal:
                    told.setdefault(refusal, []).append(service.name)
        except ValueError as error:  # an invalid private key
            told = {f"{_KEY}: {error}": ["gateway_svc"]}
    for refusal, names in told.items():
        yield Finding(
            subject="variables",
            what=f"{', '.join(names)} would not start: {refusal}",
            why="A service reads all its settings before it does anything.",
            cure="correct the variable; docs/reference/settings.md says what each takes",
        )


def _refusal(environment: Environment, service: Service) -> str:
    command = [sys.executable, "-c", f"import {service.settings_module}"]
    variables = environment.of_service(service)
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"its settings took more than {_SECONDS} s to read"
    if not done.returncode:
        return ""
    last = done.stderr.strip().splitlines()[-1]
    return last.rpartition("ImproperlyConfigured: ")[2]


def _halves() -> Iterator[Finding]:
    key, half = os.environ.get(_KEY), os.environ.get(_HALF)
    if half and (not key or _half_of(key) != half):
        yield Finding(
            subject="variables",
            what=f"{_HALF} is not the public half of {_KEY}" + ("." if key else ", which is not set."),
            why="No service believes the gateway then: everybody who signed in gets 401.",
            cure=f"unset {_HALF}: it is made from the key",
        )


def _half_of(key: str) -> str:
    try:
        return public_half(key)
    except ValueError:
        return ""


def _open_doors() -> Iterator[Finding]:
    """Settings that are fine on one's own machine, and unsafe in a public shop."""
    url = os.environ.get("OPENCOMMERCE_PUBLIC_URL", "")
    if not url or urlsplit(url).hostname in HERE:
        return
    doors = {
        "OPENCOMMERCE_DEBUG": ("off", "on", "tracebacks with secrets are shown to everyone"),
        "ORDER_SVC_SANDBOX": ("off", "on", "anybody can pay with play money"),
        "OPENCOMMERCE_STAFF_NEED_SECOND_FACTOR": ("off", "off", "a stolen password of staff opens every admin"),
    }
    for name, (default, is_open, harm) in doors.items():
        if (os.environ.get(name) or default) == is_open:
            yield Finding(
                subject="variables",
                what=f"The shop is at {url}, and {name} is {is_open}.",
                why=f"There {harm}.",
                cure=f"export {name}={'off' if is_open == 'on' else 'on'}",
            )
