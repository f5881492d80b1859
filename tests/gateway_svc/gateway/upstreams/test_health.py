"""What an instance says of itself is believed when it says it twice."""

from __future__ import annotations

import pytest

from gateway_svc.gateway.upstreams.health import Health


class TestHealth:
    @pytest.mark.parametrize(
        ("answers", "is_ready"),
        [
            ([], True),
            ([False], True),
            ([False, True, False], True),
            ([False, False], False),
            ([False, False, True], False),
            ([False, False, True, False, True], False),
            ([False, False, True, True], True),
        ],
    )
    def test_changes_after_two_answers_of_one_kind(self, answers: list[bool], is_ready: bool) -> None:
        health = Health()
        for is_good in answers:
            health.note(is_good=is_good)

        assert health.is_ready is is_ready
