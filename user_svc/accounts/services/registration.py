"""Creating accounts."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from common.events.outbox import publish
from user_svc.accounts import errors, events, rules, selectors
from user_svc.accounts.models import EMAIL_IS_UNIQUE, Role, User
from user_svc.accounts.services import guesses, passwords
from user_svc.accounts.services.sessions import SignedIn, end_sessions_of, start_session
from user_svc.sellers import services as sellers


def register(*, email: str, password: str, full_name: str, role: str, source: str, now: datetime) -> SignedIn:
    """Create an account, have a letter sent to verify its address, and sign its owner in, who may buy at once.

    Raises AccountNotAcceptable or EmailTaken.
    """
    roles = rules.ROLES_OF_REGISTRATION[role]
    user = User(email=rules.normalised_email(email), full_name=full_name, roles=list(roles))
    # Hashing is slow by design, so it is done outside the transaction.
    _accept(user, password)
    with transaction.atomic():
        _enrol(user)
        publish(events.email_verification_requested(user))
        if Role.SELLER in user.roles:
            sellers.open_shop(user_id=user.id, name=user.full_name)
        guesses.trust(email=user.email, source=source, now=now)
        return start_session(user=user, amr=rules.BY_PASSWORD, now=now)


@transaction.atomic
def ensure_admin(*, email: str, password: str, now: datetime) -> bool:
    """Ensure an active admin with this address and password, whatever there was before. True if the account is new.

    Raises AccountNotAcceptable.
    """
    user = selectors.user_with_email(email=email)
    if user is None:
        user = User(email=rules.normalised_email(email), full_name="Administrator", roles=list(rules.ADMIN_ROLES))
        user.email_verified_at = now
        _accept(user, password)
        _enrol(user)
        return True
    is_another = not user.check_password(password)
    if is_another:  # sessions begun with the old password may not be the admin's
        _accept(user, password)
        user.new_email = ""
        end_sessions_of(user_id=user.id, now=now)
    _make_admin(user)
    if is_another:
        passwords.take_over(user, now=now)
    return False


def _make_admin(user: User) -> None:
    before = user.roles, user.is_active
    user.roles = list(dict.fromkeys([*user.roles, *rules.ADMIN_ROLES]))
    user.is_active = True
    if (user.roles, user.is_active) != before:
        user.version += 1
        publish(events.profile_changed(user))
    user.save(update_fields=["password", "new_email", "roles", "is_active", "version", "updated_at"])


def _accept(user: User, password: str) -> None:
    """Validate an account's fields and its password, and set the password. Raises AccountNotAcceptable."""
    bad_fields: dict[str, list[str]] = {}
    try:
        user.clean_fields(exclude={"password"})
    except ValidationError as error:
        bad_fields |= error.message_dict
    if faults := passwords.faults_of(password, user):
        bad_fields["password"] = faults
    if bad_fields:
        raise errors.AccountNotAcceptable(errors=bad_fields)
    user.set_password(password)


def _enrol(user: User) -> None:
    # Checking first whether the address is free would leave a race condition; the constraint leaves none.
    try:
        user.save(force_insert=True)
    except IntegrityError as error:
        if EMAIL_IS_UNIQUE in str(error):
            raise errors.EmailTaken from None
        raise
    publish(events.user_registered(user))
