"""The command that lets somebody in who lost all their second factors."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.contracts import CredentialsChanged, SessionEnded
from tests.user_svc.authenticator import Authenticator
from tests.user_svc.factories import SessionFactory
from tests.user_svc.factors_story import guarded, with_passkey
from user_svc.factors import selectors


@pytest.mark.django_db
class TestRemoveFactors:
    def test_removes_all_and_tells_their_owner(self, client_of: Any, told: Any) -> None:
        user = guarded(email="ada@example.com").user
        with_passkey(client_of, Authenticator(), user)
        SessionFactory(user=user)
        said = StringIO()

        call_command("remove_factors", "Ada@example.com", stdout=said)

        factors = selectors.factors_of(user_id=user.id)
        assert (factors.methods, factors.recovery_codes_left) == ((), 0)
        assert told.named(CredentialsChanged)[-1].change == "factors_removed"
        assert len(told.named(SessionEnded)) == 1
        assert "no second factor" in said.getvalue()

    def test_says_when_there_is_nobody(self) -> None:
        with pytest.raises(CommandError, match="Nobody has an account"):
            call_command("remove_factors", "nobody@example.com")
