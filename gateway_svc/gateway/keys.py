"""The public keys that access tokens are signed with, as user_svc publishes them (RFC 7517)."""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway_svc.gateway.limits.buckets import LocalBuckets
from gateway_svc.gateway.limits.policies import Policy

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 300.0
FIRST_TRY_SECONDS = 0.5
KEEP_AGAIN_SECONDS = 1.0
# A stranger who invents key ids must not make us ask user_svc all the time, nor use up what a new key needs: so many
# questions at once, each of which comes back after 12 s.
QUESTIONS = Policy("unknown-keys", "process", 3, 36)
_NEVER = float("-inf")

Fetch = Callable[[], Awaitable[bytes]]


class Store(Protocol):
    """What outlasts the process. Called in threads; raises whatever is wrong with it."""

    def read(self) -> bytes | None:
        """The document that was kept last, if it is still of use."""

    def keep(self, document: bytes, asked_at: float) -> None:
        """Keep this one, which was asked for at that instant of the monotonic clock."""


class KeySet:
    """The keys by id. While user_svc is away the last ones that it gave are used: those that were kept, where it has
    not been heard since the start. What it says itself always wins.
    """

    def __init__(self, fetch: Fetch, *, store: Store) -> None:
        self._fetch = fetch
        self._store = store
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._asked_at = _NEVER
        self._heard_at = _NEVER
        self._unkept = asyncio.Event()
        self._questions = LocalBuckets()
        self._is_silent = self._is_store_silent = False
        self._asking: asyncio.Task[bool] | None = None

    @property
    def is_known(self) -> bool:
        """There are keys to check with."""
        return bool(self._keys)

    @property
    def is_heard(self) -> bool:
        """User_svc itself has been heard: what it did not list is no key. What was kept may lack its newest ones."""
        return self._heard_at > _NEVER

    async def find(self, key_id: str) -> Ed25519PublicKey | None:
        """The key of this id; one that is not known is asked for, once for all who wait."""
        key = self._keys.get(key_id)
        if key is None and (self._asking or self._may_ask()):
            await self.refresh()
            key = self._keys.get(key_id)
        return key

    async def refresh(self) -> bool:
        """Ask now, or wait for who is asking already. False when no keys could be had."""
        if self._asking is None:
            self._asked_at = time.monotonic()
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)
        return await asyncio.shield(self._asking)

    async def keep_fresh(self) -> None:
        """Ask again and again: soon while nothing is known, seldom after that."""
        while True:
            heard = await self.refresh()
            if not heard and not self._keys:
                await self._remember()
            await asyncio.sleep(REFRESH_SECONDS if heard else FIRST_TRY_SECONDS)

    async def keep_what_is_heard(self) -> None:
        """Whoever had it asked, and soon again where it could not be kept: what was taken back must not stay there."""
        while True:
            await self._unkept.wait()
            self._unkept.clear()
            if not await self._keep():
                self._unkept.set()
                await asyncio.sleep(KEEP_AGAIN_SECONDS)

    async def _keep(self) -> bool:
        document = msgspec.json.encode({"keys": [_jwk(key_id, key) for key_id, key in self._keys.items()]})
        try:
            await asyncio.to_thread(self._store.keep, document, self._heard_at)
        except Exception as error:  # the next time it may go better
            if not self._is_store_silent:
                logger.warning("the keys could not be kept: %r", error)
            self._is_store_silent = True
            return False
        self._is_store_silent = False
        return True

    async def _remember(self) -> None:
        try:
            document = await asyncio.to_thread(self._store.read)
        except Exception as error:  # it is asked for again, as user_svc is
            if not self._is_store_silent:
                logger.warning("no keys from the database: %r", error)
            self._is_store_silent = True
            return
        if document and not self._keys:
            self._keys = _keys_in(document)
            logger.warning("user_svc is away: the keys are those that it gave last")

    def _may_ask(self) -> bool:
        """What is asked in any case does not count, so that a key that has just come up is good at once."""
        if not self._keys:
            return time.monotonic() - self._asked_at >= FIRST_TRY_SECONDS
        return self._questions.take(QUESTIONS.key, QUESTIONS) >= 0

    def _asked(self, _task: asyncio.Task[bool]) -> None:
        self._asking = None

    async def _ask(self) -> bool:
        try:
            keys = _keys_in(await self._fetch())
        except Exception as error:  # whatever is wrong with user_svc, the keys we have stay good
            if not self._is_silent:
                logger.warning("no keys from user_svc: %r", error)
            self._is_silent = True
            return False
        self._is_silent = False
        if keys:
            self._keys, self._heard_at = keys, self._asked_at
            self._unkept.set()
        return bool(keys)


def _jwk(key_id: str, key: Ed25519PublicKey) -> dict[str, str]:
    """As user_svc publishes it (RFC 8037, section 2)."""
    x = base64.urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": key_id, "use": "sig", "alg": "EdDSA"}


def _keys_in(document: bytes) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 keys for signatures; whatever else the document holds is not ours to use."""
    listed: list[dict[str, Any]] = msgspec.json.decode(document)["keys"]
    return {
        jwk["kid"]: jwt.PyJWK(jwk, algorithm="EdDSA").key
        for jwk in listed
        if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519" and jwk.get("use", "sig") == "sig"
    }
