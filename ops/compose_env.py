"""The `.env` of `docker compose`, with a random value for every secret that compose.yaml needs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from common.topology import SERVICES
from ops.credentials import ed25519_key, password
from ops.environment import ADMIN_EMAIL, public_half
from ops.errors import OpsError

TRIAL_URL = "http://127.0.0.1:8000"
_HEAD = """\
# Written by `manage_all.py compose-env`, read by `docker compose`; .env.example says what else may stand here.
# It holds the keys to everything: keep a copy where the backups are, and show it to nobody.
"""
_ASSERTION_KEY = "GATEWAY_SVC_ASSERTION_KEY"

Values = dict[str, str]


def complete(given: Mapping[str, str], *, public_url: str | None) -> Values:
    """New values for all variables that are missing. Raises OpsError if the public URL is invalid or contradicts."""
    url = _public_url(given, public_url)
    made = {name: make() for name, make in _makers(url).items() if not given.get(name)}
    if not given.get("OPENCOMMERCE_ASSERTION_PUBLIC_KEY"):
        made["OPENCOMMERCE_ASSERTION_PUBLIC_KEY"] = public_half(given.get(_ASSERTION_KEY) or made[_ASSERTION_KEY])
    return made


def names() -> list[str]:
    """Every variable that ``complete`` sets."""
    return [*_makers(TRIAL_URL), "OPENCOMMERCE_ASSERTION_PUBLIC_KEY"]


def read(text: str) -> Values:
    """The values of a file in the form of `.env`."""
    lines = [line.strip().removeprefix("export ") for line in text.splitlines()]
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def extended(text: str, made: Mapping[str, str]) -> str:
    """The file's text with new variables at its end; what it had stays unchanged."""
    before = text if not text or text.endswith("\n") else f"{text}\n"
    return (before or _HEAD) + "".join(f"{name}={value}\n" for name, value in made.items())


def _public_url(given: Mapping[str, str], asked: str | None) -> str:
    known = given.get("OPENCOMMERCE_PUBLIC_URL")
    if asked and known and asked != known:
        raise OpsError(f"The file says OPENCOMMERCE_PUBLIC_URL={known}. Change it there, if it is to be {asked}.")
    url = asked or known or TRIAL_URL
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise OpsError(f"{url!r} is no origin, such as https://shop.example.")
    return url


def _makers(url: str) -> dict[str, Callable[[], str]]:
    is_trial = url == TRIAL_URL
    makers: dict[str, Callable[[], str]] = {
        "OPENCOMMERCE_PUBLIC_URL": lambda: url,
        "OPENCOMMERCE_ADMIN_EMAIL": lambda: ADMIN_EMAIL,
        "OPENCOMMERCE_ADMIN_PASSWORD": password,
        # A public shop takes no play money, its sellers have to be approved, and staff need a second factor.
        "ORDER_SVC_SANDBOX": lambda: "on" if is_trial else "off",
        "OPENCOMMERCE_SELLERS_NEED_APPROVAL": lambda: "off" if is_trial else "on",
        "OPENCOMMERCE_STAFF_NEED_SECOND_FACTOR": lambda: "off" if is_trial else "on",
        _ASSERTION_KEY: ed25519_key,
        "USER_SVC_TOKEN_KEYS": ed25519_key,
        "USER_SVC_FACTOR_KEYS": ed25519_key,
        "GATEWAY_SVC_BROWSER_KEYS": ed25519_key,
    }
    servers = ("POSTGRES", "BROKER", "REDIS", "S3", "GRAFANA")
    makers |= {f"OPENCOMMERCE_{server}_PASSWORD": password for server in servers}
    for service in SERVICES:
        makers[f"{service.name.upper()}_DATABASE_PASSWORD"] = password
        makers[f"{service.name.upper()}_SECRET_KEY"] = lambda: secrets.token_hex(32)
    return makers
