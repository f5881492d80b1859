"""Accounts, for staff who look after them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from common import clock
from common.admin.actions import service_action
from common.admin.columns import GOOD, WAITING, Column, badges_column, yes_no
from common.admin.model_admin import RowsInline, ServiceAdmin
from common.admin.models import Operator
from user_svc.accounts import rules, services
from user_svc.accounts.models import Role, Session, User
from user_svc.factors import selectors as factors
from user_svc.factors import services as factor_services

ROLE_TONES = {Role.SUPPORT: GOOD, Role.ADMIN: WAITING}
# Other models of this service whose rows belong to a person, and are found by that person's id.
_BELONGINGS = {
    "shop": "sellers_seller",
    "addresses": "addresses_address",
    "wishlist": "wishlists_wishlistitem",
    "passkeys": "factors_passkey",
}


class RoleFilter(admin.SimpleListFilter):
    """Accounts with a role; they may have several."""

    title = parameter_name = "role"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return list(Role.choices)

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


class StateFilter(admin.SimpleListFilter):
    """Disabled accounts."""

    title = parameter_name = "state"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("disabled", "disabled")]

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(is_active=False) if self.value() == "disabled" else queryset


class StaffRoleForm(forms.Form):
    """The staff role to appoint a person to."""

    role = forms.ChoiceField(choices=[(role, role.label) for role in (Role.SUPPORT, Role.ADMIN)])


class SessionInline(RowsInline):
    """A person's sessions, open and ended."""

    model = Session
    state = Column("state", lambda session: yes_no(session.ended_at is None, yes="open", no="over"))
    by = Column("signed in by", lambda session: ", ".join(session.amr))
    shows = ("created_at", state, by, "ended_at")
    ordering = ("-created_at",)
    verbose_name_plural = "sessions"


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """Everybody with an account."""

    state = Column("state", lambda user: yes_no(user.is_active, yes="active", no="disabled"))
    verified = Column("address verified", lambda user: yes_no(user.is_email_verified))
    roles = badges_column("roles", ROLE_TONES)
    list_display = ("email", "full_name", roles, state, "created_at")
    list_filter = (RoleFilter, StateFilter)
    shows = (
        *("id", "email", "new_email", verified, "full_name", "phone", "locale", roles, state),
        *("second_factors", "belongings", "created_at", "updated_at"),
    )
    inlines = (SessionInline,)
    ordering = ("-created_at",)
    search_by = {"pk": UUID, "email__startswith": rules.normalised_email, "full_name__istartswith": str}
    search_help_text = "An id, or how an e-mail address or a name begins."

    def second_factors(self, user: User) -> str:
        """The methods of their second factors."""
        found = factors.factors_of(user_id=user.pk)
        codes = f" ({found.recovery_codes_left} recovery codes)" if found.recovery_codes_left else ""
        return (", ".join(found.methods) or "none") + codes

    def belongings(self, user: User) -> str:
        """Links to the lists of what belongs to them."""
        ways = ((reverse(f"admin:{name}_changelist"), user.pk, label) for label, name in _BELONGINGS.items())
        return format_html_join(" · ", '<a href="{}?q={}">{}</a>', ways)

    @service_action("Sign out everywhere", in_bulk=True)
    def sign_out(self, _person: Operator, user: User) -> None:
        """Each of their sessions ends at once; they may sign in again."""
        services.end_sessions_of(user_id=user.pk, now=clock.now())

    @service_action("Disable", is_dangerous=True, in_bulk=True, applies=lambda user: user.is_active)
    def disable(self, _person: Operator, user: User) -> None:
        """They are signed out everywhere and kept out, and their shop closes."""
        services.disable_account(email=user.email, now=clock.now())

    @service_action("Enable", is_dangerous=True, applies=lambda user: not user.is_active)
    def enable(self, _person: Operator, user: User) -> None:
        """They may sign in again; their shop stays closed until it is approved again."""
        services.enable_account(email=user.email)

    @service_action("Remove second factors", is_dangerous=True)
    def remove_factors(self, _person: Operator, user: User) -> None:
        """A password is enough again; they are signed out everywhere and told by letter. Be sure who asked for it."""
        factor_services.remove_all_factors(email=user.email, now=clock.now())

    @service_action("Appoint", asks=StaffRoleForm, is_dangerous=True, applies=lambda user: user.is_active)
    def appoint(self, _person: Operator, user: User, *, role: str) -> str:
        """They sign in anew and help to run the shop: support does what is done every day, admins anything."""
        services.appoint(user_id=user.pk, role=role, now=clock.now())
        return f"Now {role}."

    @service_action("Dismiss", is_dangerous=True, applies=lambda user: user.is_staff)
    def dismiss(self, person: Operator, user: User) -> None:
        """They run the shop no longer, and are signed out everywhere; they stay a customer."""
        services.dismiss(user_id=user.pk, by=person.id, now=clock.now())
