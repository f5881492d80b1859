"""Reading through the cache, and purging what a change touched."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from functools import partial

from django.db import transaction
from redis.exceptions import RedisError

from common.caching import measures
from common.caching import slot as slots
from common.caching.slot import Answer, Claim, Slot

WAIT_SECONDS = 5.0
"""How long a reader waits for another that computes: longer than a claim lasts, so that it can take over."""

SHORTEST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.1

logger = logging.getLogger(__name__)


def cached(name: str, families: Iterable[str], compute: Callable[[], bytes], *, seconds: float) -> Answer:
    """The answer of this name: from the cache, or computed now and cached for at most so many seconds.

    It belongs to these families, and is not used again once one of them was purged. However many callers ask at once,
    in however many processes, one computes and the others wait for it. What ``compute`` raises passes through, and
    nothing is cached. Without Redis every caller computes.

    Do not call it within a transaction: the rows it reads may be older than the families' generations, or be rolled
    back.
    """
    slot = Slot(name, families)
    try:
        held = _answer_or_claim(slot)
    except RedisError:
        held = None
    if isinstance(held, Answer):
        return held
    with measures.COMPUTE_SECONDS.time():
        if held is None:
            measures.ALONE.inc()
            return Answer.of(compute())
        measures.COMPUTED.inc()
        return _computed(slot, held, compute, seconds)


def purge(*families: str) -> None:
    """Invalidate all answers of these families, for all processes, at once.

    Call it after the commit, as the handler of a fact does. Raises RedisError if Redis is out of reach: then the fact
    is retried.
    """
    if families:
        try:
            with slots.circuit.watched():
                _delete(families)
        except RedisError:
            measures.NOT_PURGED.inc()
            raise


def purge_on_commit(*families: str) -> None:
    """Purge these families once the current transaction has committed; a failure is only logged.

    This makes a change visible at once. That it becomes visible at all, even if the process dies here, is the job of a
    handler. So this does not call Redis while the circuit is open: no change has to wait for a Redis that hangs.
    """
    transaction.on_commit(partial(_purge_or_warn, *families))


def _purge_or_warn(*families: str) -> None:
    if not families:
        return
    try:
        with slots.circuit.guarded():
            _delete(families)
    except RedisError as error:
        measures.NOT_PURGED.inc()
        logger.warning("%d families were not purged: %r", len(families), error)


def _delete(families: Collection[str]) -> None:
    slots.connection().delete(*slots.family_keys(families))
    measures.PURGED.inc()


def _answer_or_claim(slot: Slot) -> Answer | Claim | None:
    """The cached answer, or the right to compute it; None after waiting in vain for another process."""
    outcome = measures.HIT
    for pause in _pauses():
        found = slot.look()
        if isinstance(found, Answer):
            outcome.inc()
            return found
        outcome = measures.WAITED
        claim = slot.claim() if found is None else None
        if claim is not None:
            return claim
        time.sleep(pause)
    return None


def _pauses() -> Iterator[float]:
    """Growing pauses, with jitter so that waiting readers do not ask all at once."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    pause = SHORTEST_PAUSE_SECONDS
    while time.monotonic() < give_up_at:
        yield pause * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)


def _computed(slot: Slot, claim: Claim, compute: Callable[[], bytes], seconds: float) -> Answer:
    try:
        answer = Answer.of(compute())
    except BaseException:
        with suppress(RedisError):
            slot.let_go(claim)
        raise
    with suppress(RedisError):
        # With jitter, so that answers computed together do not expire together.
        slot.keep(claim, answer, seconds=seconds * random.uniform(0.9, 1))  # noqa: S311 - jitter, not a secret
    return answer
