"""The environment variables of every process: each gets what it needs, and no other service's secrets."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from common.topology import FILES, GATEWAY, NOTIFICATIONS, ORDERS, SERVICES, USERS, Service
from ops.credentials import Credentials, ed25519_key
from ops.state import ROOT, State

ADMIN_EMAIL = "admin@opencommerce.example"
HERE = {"127.0.0.1", "localhost", "::1"}
"""Hosts that only this machine can reach."""
# What a program needs from the machine it runs on; the rest of the caller's environment is not passed on.
_FROM_THE_MACHINE = ("HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
# glibc keeps memory that threads free: eight arenas a core by default, and blocks up to a threshold that grows to
# 32 MiB.
# Sixty password hashes on eight threads left 178 MiB behind without these two, and 7 MiB with them.
_FRUGAL_MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}
# Variables of the platform that are not passed on to all services.
_NOT_FOR_SERVICES = ("OPENCOMMERCE_POSTGRES_URL", "OPENCOMMERCE_ADMIN_", "OPENCOMMERCE_S3_URL", "OPENCOMMERCE_MAIL_URL")


def given_or(name: str, make: Callable[[], str]) -> str:
    """The caller's value of a variable, if set and not empty, or else the result of ``make``."""
    return os.environ.get(name) or make()


class Environment:
    """The variables of one run.

    ``server_urls`` and ``addresses`` are the URLs of the servers and of the services, by the variable that holds each.
    """

    def __init__(
        self,
        state: State,
        credentials: Credentials,
        *,
        server_urls: Mapping[str, str],
        addresses: Mapping[str, str],
        public_url: str,
    ) -> None:
        self._state = state
        self._credentials = credentials
        self._server_urls = server_urls
        self._addresses = addresses
        self._public_url = public_url

    def of_service(self, service: Service) -> dict[str, str]:
        """The variables of every process of this service."""
        own = {
            service.database_variable: self.database_url(service),
            f"{service.name.upper()}_SECRET_KEY": self._secret(f"{service.name.upper()}_SECRET_KEY"),
            "DJANGO_SETTINGS_MODULE": service.settings_module,
            "OTEL_SERVICE_NAME": service.name,
            "OPENCOMMERCE_PUBLIC_URL": self._public_url,
            "OPENCOMMERCE_BROKER_URL": self._server_urls["OPENCOMMERCE_BROKER_URL"],
            "OPENCOMMERCE_REDIS_URL": self._server_urls["OPENCOMMERCE_REDIS_URL"],
            "OPENCOMMERCE_STATIC_ROOT": self.static_root(),
            "OPENCOMMERCE_ASSERTION_PUBLIC_KEY": self._assertion_public_key(),
        }
        return {**_passed_on(service), **self.of_machine(), **own, **self._only_of(service)}

    def of_scheduler(self) -> dict[str, str]:
        """The variables of the scheduler, which only talks to the broker."""
        return {**self.of_machine(), "OPENCOMMERCE_BROKER_URL": self._server_urls["OPENCOMMERCE_BROKER_URL"]}

    def of_machine(self) -> dict[str, str]:
        """What any program of ours needs to run here, and the marker of this run."""
        marker, _, run = self._state.marker.partition("=")
        kept = {name: os.environ[name] for name in _FROM_THE_MACHINE if name in os.environ}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        ours = {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **_FRUGAL_MALLOC}
        return {**kept, **ours, marker: run}

    def database_url(self, service: Service) -> str:
        """The service's own database, in its own role."""
        return given_or(service.database_variable, lambda: self._made_database_url(service))

    def admin(self) -> dict[str, str]:
        """The e-mail address and password of the first administrator."""
        return {
            "email": given_or("OPENCOMMERCE_ADMIN_EMAIL", lambda: ADMIN_EMAIL),
            "password": self._secret("OPENCOMMERCE_ADMIN_PASSWORD"),
        }

    def assertion_key(self) -> str:
        """The gateway's own signing key; tests sign with it too."""
        return self._secret("GATEWAY_SVC_ASSERTION_KEY", ed25519_key)

    def mailbox(self) -> str:
        """The URL that mail is sent to; by default, a folder of the run."""
        return given_or("OPENCOMMERCE_MAIL_URL", lambda: f"file://{quote(str(self._state.mailbox))}")

    def static_root(self) -> str:
        """The folder from which the gateway serves style sheets and scripts."""
        return given_or("OPENCOMMERCE_STATIC_ROOT", lambda: str(self._state.directory / "static"))

    def _only_of(self, service: Service) -> dict[str, str]:
        if service is USERS:
            names = ("USER_SVC_TOKEN_KEYS", "USER_SVC_FACTOR_KEYS")
            keys = {name: self._secret(name, ed25519_key) for name in names}
            return {**keys, "OPENCOMMERCE_MAIL_URL": self.mailbox()}
        if service is ORDERS:
            return {"ORDER_SVC_SANDBOX": given_or("ORDER_SVC_SANDBOX", self._sandbox)}
        if service is NOTIFICATIONS:
            return {"OPENCOMMERCE_MAIL_URL": self.mailbox()}
        if service is FILES:
            return {"OPENCOMMERCE_S3_URL": self._server_urls["OPENCOMMERCE_S3_URL"]}
        if service is GATEWAY:
            addresses = {name: os.environ.get(name) or url for name, url in self._addresses.items()}
            browser_keys = self._secret("GATEWAY_SVC_BROWSER_KEYS", ed25519_key)
            keys = {"GATEWAY_SVC_ASSERTION_KEY": self.assertion_key(), "GATEWAY_SVC_BROWSER_KEYS": browser_keys}
            return {**keys, **addresses}
        return {}

    def _sandbox(self) -> str:
        """Play money is on only for a shop that is tried out on one's own machine."""
        return "on" if urlsplit(self._public_url).hostname in HERE else "off"

    def _secret(self, name: str, make: Callable[[], str] | None = None) -> str:
        return given_or(name, lambda: self._credentials.get(name, make) if make else self._credentials.get(name))

    def _made_database_url(self, service: Service) -> str:
        server = urlsplit(self._server_urls["OPENCOMMERCE_POSTGRES_URL"])
        where = server.netloc.rpartition("@")[2]
        password = self._credentials.get(f"{service.name.upper()}_DATABASE_PASSWORD")
        query = f"?{server.query}" if server.query else ""
        return f"postgresql://{service.name}:{password}@{where}/{service.name}{query}"

    def _assertion_public_key(self) -> str:
        return given_or("OPENCOMMERCE_ASSERTION_PUBLIC_KEY", lambda: public_half(self.assertion_key()))


def public_half(private: str) -> str:
    """The public key of a raw Ed25519 private key, both in base64."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private))
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _passed_on(service: Service) -> dict[str, str]:
    """Variables that the caller set for the platform or for this service."""
    mine = ("OPENCOMMERCE_", "OTEL_", f"{service.name.upper()}_")
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(mine) and not name.startswith(_NOT_FOR_SERVICES)
    }


def needs_postgres() -> bool:
    """Whether we have to run PostgreSQL: for each service whose database is not configured."""
    return any(not os.environ.get(service.database_variable) for service in SERVICES)
