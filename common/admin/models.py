"""Those who run the shop, as a service's admin knows them."""

from __future__ import annotations

import getpass
import os
from typing import Any, Self
from uuid import UUID, uuid5

from django.contrib.auth import get_user_model
from django.db import models

from common.api.authentication import Principal
from common.person import STAFF_ROLES

_MACHINE = UUID("a3e1c9b0-55d6-4a8f-9d0f-6f6f1b1f2c11")
"""The ids of people known by the machine's names are made of this."""


class Operator(models.Model):
    """Somebody who runs the shop; written down so that the history can name them, and as whom each request is done.

    Where accounts themselves are kept, those are the rows, and there is no table of this.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    name = models.CharField(max_length=255)
    roles = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS = ()
    is_anonymous = False
    is_authenticated = True

    class Meta:
        swappable = "AUTH_USER_MODEL"

    def __str__(self) -> str:
        return self.name or str(self.id)

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """The person that a request is made for; nothing is written."""
        is_staff = principal.is_staff
        return cls(id=principal.id, name=principal.name, roles=sorted(principal.roles), is_active=is_staff)

    @classmethod
    def at_this_machine(cls) -> Self:
        """Whoever runs a command here, by the name that the system has for them. They get in nowhere by it."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = f"user {os.getuid()}"
        return cls(id=uuid5(_MACHINE, name), name=f"{name}, by a command", is_active=False)

    @property
    def is_staff(self) -> bool:
        """They may look, and do what is done every day."""
        return not STAFF_ROLES.isdisjoint(self.roles)

    @property
    def is_admin(self) -> bool:
        """They may do what is dangerous, too."""
        return "admin" in self.roles

    def has_perm(self, permission: str, _row: Any = None) -> bool:
        """Django's question. Everybody here may look; ``actions`` know who may do what."""
        return self.is_admin or (self.is_staff and permission.partition(".")[2].startswith("view_"))

    def has_module_perms(self, _app_label: str) -> bool:
        """Django's question: whether the app is worth a heading for them."""
        return self.is_staff

    def get_username(self) -> str:
        """Django's question: what the history and the top of each page call them."""
        return str(self)

    def is_known(self) -> bool:
        """See to it that there is a row of them which the history can point at, as they are now.

        False where accounts are kept and this one is not among them, or is disabled.
        """
        rows = get_user_model()._default_manager.filter(pk=self.pk)
        if self._meta.swapped:
            return rows.filter(is_active=True).exists()
        known = rows.first()
        if known != self or not self._is_like(known):
            self._write()
        return True

    def forget(self) -> None:
        """Note that they run the shop no longer; what they did stays in the history."""
        if not self._meta.swapped:
            type(self)._default_manager.filter(pk=self.pk, is_active=True).update(roles=self.roles, is_active=False)

    def _is_like(self, other: Any) -> bool:
        return (self.name, self.roles, self.is_active) == (other.name, other.roles, other.is_active)

    def _write(self) -> None:
        changed = ["name", "roles", "is_active"]
        # One statement, since a page and what it loads are asked for at once.
        type(self)._default_manager.bulk_create(
            [self], update_conflicts=True, unique_fields=["id"], update_fields=changed
        )
