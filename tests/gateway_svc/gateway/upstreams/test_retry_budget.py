"""Retries are few beside what is under way."""

from __future__ import annotations

import pytest

from gateway_svc.gateway.upstreams.retry_budget import RetryBudget


class TestRetryBudget:
    @pytest.mark.parametrize(("active", "most"), [(0, 3), (1, 3), (15, 3), (20, 4), (100, 20)])
    def test_is_a_fifth_of_the_requests_under_way_and_three_at_least(self, active: int, most: int) -> None:
        budget = RetryBudget()

        begun = [budget.begin(active=active) for _ in range(200)]

        assert begun.count(True) == most

    def test_is_given_back(self) -> None:
        budget = RetryBudget()
        while budget.begin(active=0):
            pass

        budget.end()

        assert budget.begin(active=0)
