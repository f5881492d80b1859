"""Old facts are forgotten: never one that was not sent, and none that was heard before it was told."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from common.events import retention
from common.events.models import HandlingFailure, InboxMessage, OutboxMessage

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def told(name: str, occurred_at: datetime, *, is_sent: bool = True) -> None:
    OutboxMessage.objects.create(
        fact_id=uuid.uuid4(),
        name=name,
        aggregate="a",
        version=1,
        is_required=True,
        data={},
        occurred_at=occurred_at,
        published_at=occurred_at if is_sent else None,
    )


def heard(name: str, handled_at: datetime) -> None:
    InboxMessage.objects.create(fact_id=uuid.uuid4(), handler="h", name=name, handled_at=handled_at)


@pytest.mark.django_db
class TestForgetOldFacts:
    def test_drops_what_was_sent_and_handled_long_ago(self) -> None:
        told("old", NOON - retention.TOLD_KEPT_FOR - SECOND)
        told("unsent", NOON - retention.TOLD_KEPT_FOR - SECOND, is_sent=False)
        told("new", NOON - retention.TOLD_KEPT_FOR + SECOND)
        heard("old", NOON - retention.HEARD_KEPT_FOR - SECOND)
        heard("new", NOON - retention.HEARD_KEPT_FOR + SECOND)

        assert retention.forget_old_facts(now=NOON) == 2

        assert list(OutboxMessage.objects.order_by("sequence").values_list("name", flat=True)) == ["unsent", "new"]
        assert list(InboxMessage.objects.values_list("name", flat=True)) == ["new"]

    def test_drops_why_a_fact_failed_long_ago(self) -> None:
        for name, failed_at in (("old", NOON - retention.HEARD_KEPT_FOR - SECOND), ("new", NOON)):
            HandlingFailure.objects.create(
                fact_id=uuid.uuid4(), handler="h", error=name, attempts=6, failed_at=failed_at
            )

        assert retention.forget_old_facts(now=NOON) == 1

        assert list(HandlingFailure.objects.values_list("error", flat=True)) == ["new"]

    def test_goes_on_batch_by_batch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "_BATCH", 2)
        for _ in range(5):
            heard("old", NOON - retention.HEARD_KEPT_FOR - SECOND)

        assert retention.forget_old_facts(now=NOON) == 5

    def test_remembers_what_was_heard_for_longer_than_what_was_told(self) -> None:
        assert retention.HEARD_KEPT_FOR > retention.TOLD_KEPT_FOR
