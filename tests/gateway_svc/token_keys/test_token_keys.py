"""The keys of access tokens, kept and found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway_svc.token_keys import rules, selectors, services
from gateway_svc.token_keys.models import KeptKeys

HERE, HOUR, MINUTE = "http://127.0.0.1:1", timedelta(hours=1), timedelta(minutes=1)

# They close their connections, with whatever is open on them.
pytestmark = pytest.mark.django_db(transaction=True)


def keep(document: str, *, age: timedelta = timedelta(0), source: str = HERE) -> None:
    services.keep_keys(source=source, document=document, age=age, life=HOUR)


class TestKeepKeys:
    def test_takes_the_place_of_what_was_heard_before(self) -> None:
        keep("old", age=MINUTE)

        keep("new")

        assert selectors.kept_keys(source=HERE, life=HOUR) == "new"

    def test_leaves_what_was_heard_later(self) -> None:
        keep("new")

        keep("old", age=MINUTE)

        assert selectors.kept_keys(source=HERE, life=HOUR) == "new"

    def test_takes_the_place_of_what_a_clock_ahead_has_written(self) -> None:
        KeptKeys.objects.create(source=HERE, document="old", heard_at=datetime.now(UTC) + HOUR)

        keep("new")

        assert selectors.kept_keys(source=HERE, life=MINUTE) == "new"
        assert KeptKeys.objects.get().heard_at < datetime.now(UTC) + MINUTE

    def test_forgets_what_is_of_no_use_any_more(self) -> None:
        KeptKeys.objects.create(source="http://127.0.0.1:2", document="old", heard_at=datetime.now(UTC) - HOUR - MINUTE)

        keep("new")

        assert KeptKeys.objects.get().document == "new"


class TestKeptKeys:
    def test_are_found_until_they_are_too_old(self) -> None:
        keep("document", age=5 * MINUTE)

        assert selectors.kept_keys(source=HERE, life=6 * MINUTE) == "document"
        assert selectors.kept_keys(source=HERE, life=4 * MINUTE) is None

    def test_of_another_user_svc_are_none(self) -> None:
        keep("document")

        assert selectors.kept_keys(source="http://127.0.0.1:2", life=HOUR) is None


def test_keys_are_of_use_as_long_as_a_token_that_was_signed_then() -> None:
    assert rules.life(grace=HOUR) == 81 * MINUTE
