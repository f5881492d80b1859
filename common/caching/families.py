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
"""How long a reader waits for the one who computes: longer than a claim, so that one of them can take over."""

SHORTEST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.1

logger = logging.getLogger(__name__)


def cached(name: str, families: Iterable[str], compute: Callable[[], bytes], *, seconds: float) -> Answer:
    """The answer of this name: kept, or computed now and kept for at most so many seconds.

    It belongs to these families, and is never given again after one of them was purged. However many ask at once, in
    however many processes, one computes and the others wait. What ``compute`` raises passes through, and nothing is
    kept. Without Redis everybody computes.

    Ask outside of transactions: inside one, rows may be older than the families' generations, or never be committed.
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
    """Forget all answers of these families, in all processes, at once.

    Call it after the commit, as a handler does that hears of the change: it raises RedisError when Redis could not be
    told, and then the handler is tried again.
    """
    if families:
        try:
            with slots.circuit.watched():
                _delete(families)
        except RedisError:
            measures.NOT_PURGED.inc()
            raise


def purge_on_commit(*families: str) -> None:
    """Purge these families as soon as the change under way has committed; what cannot be told is only logged.

    This makes a change show at once. That it shows even when the process dies here is up to a handler, so it does not
    try what has just failed: while Redis hangs, not every change waits for it.
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
    """What is kept, or the right to compute it; None after waiting in vain for somebody else."""
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
    """Growing ones, spread so that those who wait do not ask in step."""
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
        # Answers that were computed together do not end together.
        slot.keep(claim, answer, seconds=seconds * random.uniform(0.9, 1))  # noqa: S311 - jitter, not a secret
    return answer
