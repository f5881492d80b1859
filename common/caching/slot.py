"""The key of one cached answer in Redis, and who may fill it.

Its value is an answer, or the claim of the process that is computing it. Both begin with the generations of their
families, which a purge replaces. So a hit is a single MGET, and an answer computed from rows that have changed since
does not match.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django_redis import get_redis_connection

from common.caching.circuit import Circuit

CLAIM_SECONDS = 3.0
"""A process that has not computed the answer by then is taken for dead, and another one may."""

GENERATION_SECONDS = 3600
"""Counted from the last claim, so that a generation outlives the answers computed under it."""

circuit = Circuit()

_ANSWER, _CLAIM = b"=", b"?"
_ETAG_LENGTH = 32
_TOKEN_LENGTH = 16

# A family without a generation gets a random one. A counter could come round again after Redis lost it, and old answers
# with it. KEYS: the slot, its families. ARGV: a new token, milliseconds of the claim, seconds of a generation.
_TAKE = b"""
local slot = table.remove(KEYS, 1)
local generations = redis.call('MGET', unpack(KEYS))
for i, family in ipairs(KEYS) do
  generations[i] = generations[i] or ARGV[1]
  redis.call('SET', family, generations[i], 'EX', ARGV[3])
end
local current = table.concat(generations)
local stands = redis.pcall('GETRANGE', slot, 0, #current)
if stands == '=' .. current or stands == '?' .. current then
  return false
end
local claim = '?' .. current .. ARGV[1]
redis.call('SET', slot, claim, 'PX', ARGV[2])
return claim
"""

# A claim that has expired does no harm: the answer still says for which generations it is valid.
_KEEP = b"""
local stands = redis.pcall('GET', KEYS[1])
if stands == false or stands == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
"""

_LET_GO = b"""
if redis.pcall('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
"""


@dataclass(frozen=True)
class Answer:
    """A body with the entity tag that follows from it."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes) -> Answer:
        """The answer that has this body."""
        return cls(body, f'"{_digest(body)}"')


@dataclass(frozen=True)
class Claim:
    """The right to fill a slot, valid for the generations that its families had when it was taken."""

    mark: bytes

    @property
    def generations(self) -> bytes:
        """Those of all its families, one after the other."""
        return self.mark[len(_CLAIM) : -_TOKEN_LENGTH]


class Slot:
    """The place of the answer of this name. Each method may raise RedisError."""

    def __init__(self, name: str, families: Iterable[str]) -> None:
        self.key = f"{settings.SERVICE.name}:cache:answer:{_digest(name.encode())}"
        self._families = family_keys(families)
        if not self._families:
            raise ValueError("an answer of no family could never be purged")

    def look(self) -> Answer | Claim | None:
        """The answer, or another process's claim, if it is still valid; else None."""
        with circuit.guarded():
            *generations, content = connection().mget(*self._families, self.key)
        if content is None or None in generations:
            return None
        current = b"".join(generations)
        if content.startswith(_CLAIM + current):
            return Claim(content)
        if content.startswith(_ANSWER + current):
            return self._unpacked(content[len(_ANSWER) + len(current) :])
        return None

    def claim(self) -> Claim | None:
        """Take the right to fill it; None if it is filled, or another process has that right."""
        token = f"{random.getrandbits(64):0{_TOKEN_LENGTH}x}"
        arguments = [token, round(CLAIM_SECONDS * 1000), GENERATION_SECONDS]
        mark = self._run(_TAKE, arguments, *self._families)
        return None if mark is None else Claim(mark)

    def keep(self, claim: Claim, answer: Answer, *, seconds: float) -> None:
        """Store the answer, unless another process has filled or claimed the slot meanwhile."""
        content = _ANSWER + claim.generations + answer.etag.strip('"').encode() + answer.body
        self._run(_KEEP, [claim.mark, content, round(seconds * 1000)])

    def let_go(self, claim: Claim) -> None:
        """Give the claim back, so that the next process need not wait until it expires."""
        self._run(_LET_GO, [claim.mark])

    def _run(self, script: bytes, arguments: list[Any], *keys: str) -> Any:
        with circuit.guarded():
            return connection().register_script(script)(keys=[self.key, *keys], args=arguments)

    def _unpacked(self, content: bytes) -> Answer | None:
        answer = Answer.of(content[_ETAG_LENGTH:])
        if answer.etag.encode() == b'"%b"' % content[:_ETAG_LENGTH]:
            return answer
        # Not what we wrote: delete it, since nobody could claim the slot while it is there.
        with circuit.guarded():
            connection().delete(self.key)
        return None


def family_keys(families: Iterable[str]) -> list[str]:
    """Where the generations of these families stand."""
    return [f"{settings.SERVICE.name}:cache:family:{family}" for family in families]


def connection() -> Any:
    """Django's own connection to Redis, with its time-outs."""
    return get_redis_connection("default")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_ETAG_LENGTH]
