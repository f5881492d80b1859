"""Making keys, using them, and what ends them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.contracts import CredentialsChanged, ProfileChanged
from gateway_svc.api_keys import errors, rules, services
from gateway_svc.api_keys.models import ApiKey, Owner
from gateway_svc.config.celery import app
from gateway_svc.config.schedule import SCHEDULE
from gateway_svc.sessions.models import EndedSession

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
ADA = uuid.UUID("6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a11")
Hear = Callable[..., bool]


def make(user_id: uuid.UUID = ADA, **changed: Any) -> tuple[ApiKey, str]:
    said = {"user_name": "Ada", "roles": ["seller"], "name": "a key", "scopes": ["orders:read"], "days": 30}
    return services.make_key(user_id=user_id, **{**said, "now": NOW, **changed})


def use(key: str, now: datetime = NOW) -> ApiKey | None:
    return services.use_key(digest=rules.digest_of(key), now=now)


def profile(version: int, *, roles: tuple[str, ...] = ("customer",), is_active: bool = True) -> ProfileChanged:
    return ProfileChanged(
        version=version,
        user_id=str(ADA),
        email="ada@example.com",
        full_name="Ada L.",
        roles=roles,
        locale="en",
        is_active=is_active,
    )


def credentials(change: str) -> CredentialsChanged:
    return CredentialsChanged(
        version=1, change_id=str(uuid.uuid4()), user_id=str(ADA), email="a@b.c", change=change, changed_at="now"
    )


class TestAKey:
    def test_cannot_be_read_from_what_is_kept(self) -> None:
        made, key = make()

        assert rules.is_key(key)
        assert key.startswith(made.hint)
        row = str(ApiKey.objects.values().get())
        assert key not in row
        assert key.removeprefix(made.hint + "_") not in row

    def test_is_good_to_its_end(self) -> None:
        made, key = make(days=1)

        assert use(key, NOW + timedelta(hours=23)) == made
        assert use(key, NOW + timedelta(days=1)) is None

    def test_says_when_it_was_used_about_to_the_minute(self) -> None:
        _, key = make()

        for seconds in (0, 30, 59, 61):
            use(key, NOW + timedelta(seconds=seconds))

        assert ApiKey.objects.get().last_used_at == NOW + timedelta(seconds=61)

    def test_is_one_of_a_few(self) -> None:
        for _ in range(rules.MAX_KEYS):
            first, _key = make()

        with pytest.raises(errors.TooManyApiKeys):
            make()

        services.revoke_key(user_id=ADA, key_id=first.id, now=NOW)
        make()
        make(uuid.uuid4())

    def test_that_is_unknown_opens_nothing(self) -> None:
        make()

        assert use(rules.written("00000000", "A" * 43)) is None

    def test_is_forgotten_long_after_its_end(self) -> None:
        make(now=NOW - timedelta(days=200), days=100)
        kept, _ = make(now=NOW - timedelta(days=200), days=150)

        app.loader.import_default_modules()
        app.tasks["api_keys.forget_dead"].run()

        assert "api_keys.forget_dead" in SCHEDULE
        assert ApiKey.objects.get() == kept


class TestRevoking:
    def test_ends_it_as_a_session_ends(self) -> None:
        made, key = make()

        services.revoke_key(user_id=ADA, key_id=made.id, now=NOW)

        assert use(key) is None
        assert EndedSession.objects.get().session_id == str(made.id)

    def test_is_for_its_owner(self) -> None:
        made, key = make()

        with pytest.raises(errors.ApiKeyNotFound):
            services.revoke_key(user_id=uuid.uuid4(), key_id=made.id, now=NOW)

        assert use(key) == made

    def test_is_done_once(self) -> None:
        made, _ = make()
        services.revoke_key(user_id=ADA, key_id=made.id, now=NOW)

        with pytest.raises(errors.ApiKeyNotFound):
            services.revoke_key(user_id=ADA, key_id=made.id, now=NOW)

    @pytest.mark.parametrize("change", ["password_changed", "factors_removed"])
    def test_follows_when_a_way_in_was_closed(self, hear: Hear, change: str) -> None:
        (_, key), (_, strangers) = make(), make(uuid.uuid4())

        hear(credentials(change))

        assert use(key) is None
        assert use(strangers)

    def test_does_not_follow_from_a_further_way_in(self, hear: Hear) -> None:
        _, key = make()

        hear(credentials("passkey_added"))

        assert use(key)


class TestTheOwner:
    def test_may_what_was_told_last(self, hear: Hear) -> None:
        _, key = make()

        hear(profile(3, roles=("customer", "seller")))
        hear(profile(2, roles=("customer",)))

        used = use(key)
        assert used is not None
        assert (used.owner.roles, used.owner.name) == (["customer", "seller"], "Ada L.")

    def test_of_whom_something_was_told_is_not_what_an_older_token_says(self, hear: Hear) -> None:
        hear(profile(1, roles=("customer",)))

        make(roles=["customer", "seller"])

        assert Owner.objects.get().roles == ["customer"]

    def test_whose_account_is_closed_has_no_keys(self, hear: Hear) -> None:
        made, key = make()

        hear(profile(1, is_active=False))

        assert use(key) is None
        assert EndedSession.objects.filter(session_id=str(made.id)).exists()
        _, later = make()
        assert use(later) is None
