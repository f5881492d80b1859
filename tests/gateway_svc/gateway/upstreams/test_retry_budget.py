"""Retries are few beside the requests."""

from __future__ import annotations

import pytest

from gateway_svc.gateway.upstreams.retry_budget import RetryBudget


class TestRetryBudget:
    @pytest.mark.parametrize(("requests", "most"), [(0, 6), (1, 6), (30, 6), (35, 7), (99, 19), (100, 20)])
    def test_is_a_fifth_of_the_requests_and_six_at_least(self, requests: int, most: int) -> None:
        budget = RetryBudget()
        for _ in range(requests):
            budget.note(1.0)

        spent = [budget.spend(1.0) for _ in range(200)]

        assert spent == [True] * most + [False] * (200 - most)

    def test_is_there_again_once_those_are_long_ago(self) -> None:
        budget = RetryBudget()
        while budget.spend(1.0):
            pass

        assert not budget.spend(10.0)
        assert budget.spend(11.0)
