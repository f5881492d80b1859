"""Who fails again and again is left out, for longer each time."""

from __future__ import annotations

import pytest

from gateway_svc.gateway.upstreams.ejection import Ejection, most_ejected


class TestEjection:
    def test_is_due_after_five_failures_in_a_row(self) -> None:
        ejection = Ejection(30.0)
        for _ in range(4):
            ejection.failed()
        ejection.succeeded()
        for _ in range(4):
            ejection.failed()
        assert not ejection.is_due

        ejection.failed()

        assert ejection.is_due

    def test_lasts_as_many_times_as_long_as_it_happened(self) -> None:
        ejection = Ejection(30.0)
        now, lasted = 100.0, []
        for _ in range(3):
            ejection.begin(now)
            lasted.append(ejection.until - now)
            now = ejection.until + 1

        assert lasted == [30.0, 60.0, 90.0]

    def test_never_lasts_longer_than_five_minutes(self) -> None:
        ejection = Ejection(30.0)
        for _ in range(30):
            ejection.begin(ejection.until if ejection.until > 0 else 0.0)

        before = ejection.until
        ejection.begin(before)

        assert ejection.until - before == 300.0

    def test_is_forgotten_after_as_much_time_without_trouble(self) -> None:
        ejection = Ejection(30.0)
        ejection.begin(100.0)
        ejection.begin(130.0)

        ejection.begin(190.0 + 60.0)

        assert ejection.until == 250.0 + 30.0

    def test_ends(self) -> None:
        ejection = Ejection(30.0)
        ejection.begin(100.0)

        assert ejection.is_out(129.9)
        assert not ejection.is_out(130.0)

    def test_ends_early_for_who_says_that_it_is_well_but_only_the_first_time(self) -> None:
        ejection = Ejection(30.0)
        ejection.begin(100.0)
        ejection.pardon(105.0)
        assert not ejection.is_out(105.0)

        ejection.begin(106.0)
        ejection.pardon(107.0)

        assert ejection.is_out(107.0)


@pytest.mark.parametrize(("instances", "most"), [(1, 0), (2, 1), (3, 1), (4, 2), (10, 5)])
def test_half_of_them_at_most_are_out_and_never_the_last(instances: int, most: int) -> None:
    assert most_ejected(instances) == most
