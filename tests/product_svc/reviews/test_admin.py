"""What staff do with reviews on a page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from common.testing.admin_pages import list_address, row_address
from product_svc.reviews.models import Review
from tests.product_svc import factories
from tests.product_svc.reviews.factories import review

pytestmark = pytest.mark.django_db


class TestRemoval:
    def test_takes_it_away_and_out_of_the_rating(self, client_of: Callable[..., Any]) -> None:
        mug = factories.product()
        bad = review(mug)

        answer = client_of(uuid.uuid4(), "support").post(
            row_address(bad, "action", "remove"), {"reason": "It insults."}, format="multipart"
        )

        mug.refresh_from_db()
        entry = LogEntry.objects.get()
        assert not Review.objects.exists()
        assert mug.rating_count == 0
        assert (entry.object_id, entry.change_message) == (str(bad.pk), "Remove: It insults.")
        assert answer["Location"] == list_address(Review)
