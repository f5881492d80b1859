"""What the database itself refuses of a user."""

import pytest
from django.db import IntegrityError

from tests.user_svc.factories import UserFactory


@pytest.mark.django_db
class TestUser:
    @pytest.mark.parametrize("roles", [[], ["customer", "king"]])
    def test_has_roles_that_exist(self, roles: list[str]) -> None:
        with pytest.raises(IntegrityError):
            UserFactory(roles=roles)

    @pytest.mark.parametrize(
        ("roles", "is_staff"), [(["customer", "seller"], False), (["support"], True), (["customer", "admin"], True)]
    )
    def test_is_staff_as_support_and_as_admin(self, roles: list[str], is_staff: bool) -> None:
        assert UserFactory.build(roles=roles).is_staff is is_staff
