"""Finding people, and what they come with."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from user_svc.accounts import errors, rules
from user_svc.accounts.models import Allowance, KnownSource, RefreshToken, Session, SpentChallenge, User


def user_of(*, user_id: UUID) -> User:
    """Raises UserNotFound."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise errors.UserNotFound(user_id=user_id)
    return user


def user_with_email(*, email: str) -> User | None:
    """Whoever has this address, in any spelling."""
    return User.objects.filter(email=rules.normalised_email(email)).first()


def locked_user(*, user_id: UUID) -> User:
    """The account, so that what is done with it is done one after the other. Raises UserNotFound."""
    user = User.objects.select_for_update(no_key=True).filter(id=user_id, is_active=True).first()
    if user is None:
        raise errors.UserNotFound(user_id=user_id)
    return user


def locked_user_with_email(*, email: str) -> User:
    """The same of an account that may be disabled. Raises UserNotFound."""
    user = User.objects.select_for_update(no_key=True).filter(email=rules.normalised_email(email)).first()
    if user is None:
        raise errors.UserNotFound
    return user


def owed_until(*, key: str) -> datetime | None:
    """Until when the tries under this key are owed."""
    return Allowance.objects.filter(key=key).values_list("owed_until", flat=True).first()


def is_known_source(*, key: str) -> bool:
    """Whether somebody has signed in to that account from that place."""
    return KnownSource.objects.filter(key=key).exists()


def locked_refresh_token(*, token: str) -> RefreshToken | None:
    """The refresh token with its session, both locked: what is done with one session is done one after the other."""
    tokens = RefreshToken.objects.select_for_update(of=("self", "session")).select_related("session__user")
    return tokens.filter(digest=rules.digest_of(token)).first()


def locked_open_sessions_of(*, user_id: UUID) -> QuerySet[Session]:
    """Wherever somebody is signed in."""
    return _locked_open_sessions().filter(user_id=user_id).order_by("id")


def locked_open_session(*, session_id: UUID) -> QuerySet[Session]:
    """The session of this id, if it is not over."""
    return _locked_open_sessions().filter(id=session_id)


def _locked_open_sessions() -> QuerySet[Session]:
    return Session.objects.select_for_update().filter(ended_at=None)


def expired_refresh_tokens(*, now: datetime) -> QuerySet[RefreshToken]:
    """Those that nobody can trade any more."""
    return RefreshToken.objects.filter(expires_at__lte=now)


def expired_challenges(*, now: datetime) -> QuerySet[SpentChallenge]:
    """Those that would be refused anyway."""
    return SpentChallenge.objects.filter(expires_at__lte=now)


def forgettable_sessions(*, now: datetime) -> QuerySet[Session]:
    """Those that ended long ago, and those that nothing can continue."""
    ended_long_ago = Q(ended_at__lte=now - rules.ENDED_SESSION_KEPT_FOR)
    return Session.objects.filter(ended_long_ago | ~Exists(RefreshToken.objects.filter(session=OuterRef("pk"))))


def paid_allowances(*, now: datetime) -> QuerySet[Allowance]:
    """Those that hold nobody back any more."""
    return Allowance.objects.filter(owed_until__lte=now)


def stale_sources(*, now: datetime) -> QuerySet[KnownSource]:
    """Those that nobody has signed in from for long."""
    return KnownSource.objects.filter(seen_at__lte=now - rules.KNOWN_SOURCE_KEPT_FOR)


def disabled_ids() -> list[UUID]:
    """Whose accounts are disabled."""
    return list(User.objects.filter(is_active=False).order_by("-created_at", "-id").values_list("id", flat=True))
