"""Of two that chance picks, the less busy one; and who may be picked."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway_svc.gateway.upstreams.choice import able_ones, less_busy

SEEDS = st.integers(0, 10_000)
LOADS = st.lists(st.integers(0, 100), min_size=1, max_size=8)


@dataclass(eq=False)
class Worker:
    """Something with requests under way."""

    in_flight: int


class TestLessBusy:
    @given(loads=LOADS, seed=SEEDS)
    def test_is_one_of_them(self, loads: list[int], seed: int) -> None:
        workers = [Worker(load) for load in loads]

        assert less_busy(workers, chance=Random(seed).random) in workers

    @given(loads=st.lists(st.integers(0, 9), min_size=1, max_size=7), seed=SEEDS)
    def test_is_never_the_busiest_of_all(self, loads: list[int], seed: int) -> None:
        busiest = Worker(10)
        workers = [busiest, *map(Worker, loads)]

        assert less_busy(workers, chance=Random(seed).random) is not busiest

    def test_is_each_as_often_while_all_are_idle(self) -> None:
        workers = [Worker(0) for _ in range(3)]
        chance = Random(7).random

        chosen = [less_busy(workers, chance=chance) for _ in range(3000)]

        assert all(900 < chosen.count(each) < 1100 for each in workers)

    def test_spares_one_that_is_slow(self) -> None:
        """Twelve clients who wait, two workers that need one moment, one that needs ten."""
        workers = [Worker(0) for _ in range(3)]
        chance = Random(7).random
        taken = [0, 0, 0]
        ends: list[tuple[int, int]] = []
        for moment in range(3000):
            for end, number in [each for each in ends if each[0] <= moment]:
                ends.remove((end, number))
                workers[number].in_flight -= 1
            while len(ends) < 12:
                number = workers.index(less_busy(workers, chance=chance))
                workers[number].in_flight += 1
                taken[number] += 1
                ends.append((moment + (10 if number == 2 else 1), number))

        assert taken[2] / sum(taken) < 0.15


class TestAbleOnes:
    @given(able=st.lists(st.booleans(), min_size=1, max_size=9))
    def test_are_those_that_are_able_unless_more_than_half_are_not(self, able: list[bool]) -> None:
        numbers = list(range(len(able)))

        asked = able_ones(numbers, able.__getitem__)

        is_panic = able.count(False) > len(able) / 2
        assert asked == (numbers if is_panic else [number for number in numbers if able[number]])

    def test_are_never_none(self) -> None:
        assert able_ones([1], lambda _: False) == [1]
