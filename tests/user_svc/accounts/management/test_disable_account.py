"""The command that keeps somebody out."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.user_svc.factories import UserFactory


@pytest.mark.django_db
class TestDisableAccount:
    def test_disables_and_enables(self) -> None:
        user = UserFactory(email="ada@example.com")
        said = StringIO()

        call_command("disable_account", "ada@example.com", stdout=said)
        user.refresh_from_db()
        assert not user.is_active

        call_command("disable_account", "ada@example.com", "--undo", stdout=said)
        user.refresh_from_db()
        assert user.is_active
        assert said.getvalue().splitlines() == ["ada@example.com is disabled.", "ada@example.com is enabled."]

    def test_says_when_there_is_nobody(self) -> None:
        with pytest.raises(CommandError, match=r"Nobody has an account with the address nobody@example\.com\."):
            call_command("disable_account", "nobody@example.com")
