"""The copy of whom to write to."""

import uuid
from collections.abc import Callable

import pytest

from notify_svc.recipients import selectors
from tests.notify_svc.factories import ProfileChangedFactory, UserRegisteredFactory

pytestmark = pytest.mark.django_db
USER = uuid.uuid4()


class TestRememberRecipient:
    def test_knows_whom_to_write_to(self, hear: Callable[..., bool]) -> None:
        hear(UserRegisteredFactory(user_id=str(USER), roles=("customer", "seller")))

        recipient = selectors.recipients_of(user_ids=[USER])[USER]

        assert (recipient.email, recipient.full_name) == ("ada@example.com", "Ada Lovelace")
        assert recipient.roles == ["customer", "seller"]

    @pytest.mark.parametrize("versions", [(1, 2), (2, 1)])
    def test_keeps_the_newest(self, hear: Callable[..., bool], versions: tuple[int, int]) -> None:
        for version in versions:
            hear(UserRegisteredFactory(user_id=str(USER), version=version, email=f"ada{version}@example.com"))

        recipient = selectors.recipients_of(user_ids=[USER])[USER]

        assert recipient.email == "ada2@example.com"

    @pytest.mark.parametrize("is_late", [False, True])
    def test_follows_a_profile_that_changes(self, hear: Callable[..., bool], is_late: bool) -> None:
        facts = [
            UserRegisteredFactory(user_id=str(USER)),
            ProfileChangedFactory(user_id=str(USER), version=2, email="countess@example.com"),
        ]
        for fact in reversed(facts) if is_late else facts:
            hear(fact)

        recipient = selectors.recipients_of(user_ids=[USER])[USER]

        assert (recipient.email, recipient.version) == ("countess@example.com", 2)

    def test_knows_whom_the_shop_keeps_out(self, hear: Callable[..., bool]) -> None:
        hear(UserRegisteredFactory(user_id=str(USER)))
        before = selectors.recipients_of(user_ids=[USER])[USER].is_active

        hear(ProfileChangedFactory(user_id=str(USER), is_active=False))

        assert before
        assert not selectors.recipients_of(user_ids=[USER])[USER].is_active
