"""The command that makes the admin."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.user_svc.factories import PASSWORD
from user_svc.accounts.models import User


@pytest.mark.django_db
class TestEnsureAdmin:
    def test_makes_the_admin_that_the_environment_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENCOMMERCE_ADMIN_EMAIL", "admin@example.com")
        monkeypatch.setenv("OPENCOMMERCE_ADMIN_PASSWORD", PASSWORD)
        said = StringIO()

        for _ in range(2):
            call_command("ensure_admin", stdout=said)

        assert User.objects.get().check_password(PASSWORD)
        assert said.getvalue().splitlines() == [
            "admin@example.com was made an admin.",
            "admin@example.com is an admin.",
        ]

    def test_says_why_it_cannot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENCOMMERCE_ADMIN_EMAIL", "admin@example.com")
        monkeypatch.setenv("OPENCOMMERCE_ADMIN_PASSWORD", "admin")

        with pytest.raises(CommandError, match=r"password: .* This password is too short\."):
            call_command("ensure_admin")
