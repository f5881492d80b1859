"""Which of several instances is asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar


class Busy(Protocol):
    """Something that has requests under way."""

    in_flight: int


T = TypeVar("T")
B = TypeVar("B", bound=Busy)


def able_ones(instances: Sequence[T], is_able: Callable[[T], bool]) -> Sequence[T]:
    """Those that are able. When more than half are not, what is believed of them must be wrong, or does not matter any
    more: then all are asked, before the few that are left break down too (Envoy calls this panic).
    """
    able = [each for each in instances if is_able(each)]
    return able if 2 * len(able) >= len(instances) else instances


def less_busy(instances: Sequence[B], *, chance: Callable[[], float] = random.random) -> B:
    """Of two that chance picks, the one with fewer requests under way.

    The least busy of all would be everybody's choice at once, in every gateway; of two, it is far from the busiest
    (Mitzenmacher, The power of two choices in randomized load balancing).
    """
    count = len(instances)
    if count == 1:
        return instances[0]
    first = int(chance() * count)
    second = int(chance() * (count - 1))
    one, other = instances[first], instances[second + (second >= first)]
    return one if one.in_flight <= other.in_flight else other
