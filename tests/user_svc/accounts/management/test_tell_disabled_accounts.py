"""The command that tells again which accounts are disabled."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from common.contracts import ProfileChanged
from tests.user_svc.factories import UserFactory


@pytest.mark.django_db
class TestTellDisabledAccounts:
    def test_says_of_how_many_it_told(self, told: Any) -> None:
        UserFactory(is_active=False)
        UserFactory()
        said = StringIO()

        call_command("tell_disabled_accounts", stdout=said)

        assert said.getvalue() == "Told of 1 disabled accounts.\n"
        assert [fact.is_active for fact in told.named(ProfileChanged)] == [False]
