"""Keys of people's programs, for those who are asked what one did, or told that one was stolen."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin

from common import clock
from common.admin.actions import service_action
from common.admin.columns import Column, elsewhere
from common.admin.model_admin import ServiceAdmin
from common.admin.models import Operator
from common.topology import USERS
from gateway_svc.api_keys import rules, services
from gateway_svc.api_keys.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(ServiceAdmin):
    """Keys, the newest first; none can be read here, and nobody makes one for another."""

    account = Column("account", lambda key: elsewhere(USERS.admin_path, "accounts/user", str(key.owner_id)))
    allowed = Column("scopes", lambda key: ", ".join(key.scopes))
    list_display = ("hint", "name", account, "created_at", "expires_at", "last_used_at", "revoked_at")
    shows = (*list_display, allowed)
    ordering = ("-created_at", "-id")
    search_by = {"owner_id": UUID, "hint": lambda term: term[: rules.HINT_LENGTH]}
    search_help_text = "The id of an account, or how a key begins."

    @service_action("Revoke", in_bulk=True, applies=lambda key: key.is_good(now=clock.now()))
    def revoke(self, _person: Operator, key: ApiKey) -> None:
        """Within two seconds it opens nothing any more, and nothing brings it back."""
        services.revoke_key(user_id=key.owner_id, key_id=key.id, now=clock.now())
