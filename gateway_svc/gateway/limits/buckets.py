"""What is owed, by GCRA (ATM Forum, Traffic Management 4.0, 4.4.2): one instant a bucket, and no counter to reset."""

from __future__ import annotations

import time

from gateway_svc.gateway.bounded_cache import BoundedCache
from gateway_svc.gateway.limits.policies import Policy

_MICROSECONDS = 1_000_000
_REMEMBERED = 50_000

# A bucket is the instant at which nothing is owed any more. KEYS: the bucket. ARGV: what a request costs and how much
# may be owed, in microseconds. What is owed now, or, below zero, how long to wait. Redis' clock is everybody's. Where
# more is owed than may be, the policy was another: whoever owes by that one shall not wait as long as it said.
SCRIPT = b"""
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local most = tonumber(ARGV[2])
local before = math.max((tonumber(redis.call('GET', KEYS[1])) or 0) - now, 0)
local owed = math.min(before, most) + ARGV[1]
if owed <= most then
  redis.call('SET', KEYS[1], string.format('%.0f', now + owed), 'PX', math.ceil(owed / 1000))
  return owed
end
if before > most then
  redis.call('SET', KEYS[1], string.format('%.0f', now + most), 'PX', math.ceil(most / 1000))
end
return most - owed
"""


class Taken:
    """What came of taking a request out of a bucket."""

    __slots__ = ("owed", "policy")

    def __init__(self, policy: Policy, owed: int) -> None:
        self.policy = policy
        self.owed = owed
        """As the script answers it."""

    @property
    def is_refused(self) -> bool:
        """There was none left."""
        return self.owed < 0

    @property
    def left(self) -> int:
        """How many more there are now."""
        return 0 if self.is_refused else (self.policy.burst - self.owed) // self.policy.interval

    @property
    def seconds(self) -> int:
        """For how long no more than those are left."""
        wait = -self.owed if self.is_refused else self.policy.interval - (-self.owed % self.policy.interval)
        return -(-wait // _MICROSECONDS)


class LocalBuckets:
    """Buckets of this process alone, for while Redis is away."""

    def __init__(self) -> None:
        self._free_at: BoundedCache[bytes, int] = BoundedCache(_REMEMBERED)

    def take(self, key: bytes, policy: Policy) -> int:
        """The same as the script, in the same words."""
        now = time.monotonic_ns() // 1000
        before = max((self._free_at.get(key) or 0) - now, 0)
        owed = min(before, policy.burst) + policy.interval
        if owed <= policy.burst:
            self._owe(key, owed, now)
            return owed
        if before > policy.burst:
            self._owe(key, policy.burst, now)
        return policy.burst - owed

    def give_back(self, key: bytes, policy: Policy) -> None:
        """One that was taken is not owed."""
        now = time.monotonic_ns() // 1000
        self._owe(key, max((self._free_at.get(key) or 0) - now - policy.interval, 0), now)

    def _owe(self, key: bytes, owed: int, now: int) -> None:
        self._free_at.put(key, now + owed, seconds=owed / _MICROSECONDS)
