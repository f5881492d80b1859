"""Fixtures of all tests of user_svc."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Settings) -> None:
    """A fast password hash, since Argon2 is slow on purpose; a separate test checks that Argon2 is used."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
