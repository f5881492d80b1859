"""The keys of access tokens, kept and found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway_svc.token_keys import rules, selectors, services
from gateway_svc.token_keys.models import KeptKeys

HERE, NOON = "http://127.0.0.1:1", datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

# They close their connections, with whatever is open on them.
pytestmark = pytest.mark.django_db(transaction=True)


def keep(document: str, *, at: datetime = NOON, source: str = HERE) -> None:
    services.keep_keys(source=source, document=document, heard_at=at, forget_before=NOON - 60 * MINUTE)


class TestKeepKeys:
    def test_takes_the_place_of_what_was_heard_before(self) -> None:
        keep("old")

        keep("new", at=NOON + MINUTE)

        assert selectors.kept_keys(source=HERE, after=NOON) == "new"

    def test_leaves_what_was_heard_later(self) -> None:
        keep("new")

        keep("old", at=NOON - MINUTE)

        assert selectors.kept_keys(source=HERE, after=NOON) == "new"

    def test_forgets_what_is_of_no_use_any_more(self) -> None:
        keep("of elsewhere", at=NOON - 61 * MINUTE, source="http://127.0.0.1:2")

        keep("new")

        assert KeptKeys.objects.get().document == "new"


class TestKeptKeys:
    def test_are_found_until_they_are_too_old(self) -> None:
        keep("document")

        assert selectors.kept_keys(source=HERE, after=NOON) == "document"
        assert selectors.kept_keys(source=HERE, after=NOON + MINUTE) is None

    def test_of_another_user_svc_are_none(self) -> None:
        keep("document")

        assert selectors.kept_keys(source="http://127.0.0.1:2", after=NOON) is None


def test_keys_are_of_use_as_long_as_a_token_that_was_signed_then() -> None:
    assert rules.usable_after(NOON, grace=60 * MINUTE) == NOON - 81 * MINUTE
