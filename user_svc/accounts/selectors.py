"""Finding accounts, and their sessions, tokens, challenges and limits."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from user_svc.accounts import errors, rules
from user_svc.accounts.models import Allowance, KnownSource, RefreshToken, Session, SpentChallenge, User


def user_of(*, user_id: UUID) -> User:
    """The person with this id. Raises UserNotFound, also for a disabled account."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise errors.UserNotFound(user_id=user_id)
    return user


def user_with_email(*, email: str) -> User | None:
    """The account with this address, in any spelling; it may be disabled."""
    return User.objects.filter(email=rules.normalised_email(email)).first()


def locked_user(*, user_id: UUID) -> User:
    """The account, locked until the transaction ends. Raises UserNotFound, also for a disabled one."""
    user = User.objects.select_for_update(no_key=True).filter(id=user_id, is_active=True).first()
    if user is None:
        raise errors.UserNotFound(user_id=user_id)
    return user


def locked_user_with_email(*, email: str) -> User:
    """The account with this address, locked likewise; it may be disabled. Raises UserNotFound."""
    user = User.objects.select_for_update(no_key=True).filter(email=rules.normalised_email(email)).first()
    if user is None:
        raise errors.UserNotFound
    return user


def owed_until(*, key: str) -> datetime | None:
    """Until when the attempts under this key are owed (see ``rules.Limit``); None if there were none."""
    return Allowance.objects.filter(key=key).values_list("owed_until", flat=True).first()


def is_known_source(*, key: str) -> bool:
    """Whether there was a sign-in with the account and from the network of which this key is the digest."""
    return KnownSource.objects.filter(key=key).exists()


def locked_refresh_token(*, token: str) -> RefreshToken | None:
    """The refresh token and its session, both locked until the transaction ends."""
    tokens = RefreshToken.objects.select_for_update(of=("self", "session")).select_related("session__user")
    return tokens.filter(digest=rules.digest_of(token)).first()


def locked_open_sessions_of(*, user_id: UUID) -> QuerySet[Session]:
    """A person's open sessions, locked in the order of their ids."""
    return _locked_open_sessions().filter(user_id=user_id).order_by("id")


def locked_open_session(*, session_id: UUID) -> QuerySet[Session]:
    """The session with this id, locked, if it is open."""
    return _locked_open_sessions().filter(id=session_id)


def _locked_open_sessions() -> QuerySet[Session]:
    return Session.objects.select_for_update().filter(ended_at=None)


def expired_refresh_tokens(*, now: datetime) -> QuerySet[RefreshToken]:
    """Refresh tokens that have expired."""
    return RefreshToken.objects.filter(expires_at__lte=now)


def expired_challenges(*, now: datetime) -> QuerySet[SpentChallenge]:
    """Answered challenges that have expired, and would be refused anyway."""
    return SpentChallenge.objects.filter(expires_at__lte=now)


def forgettable_sessions(*, now: datetime) -> QuerySet[Session]:
    """Sessions that ended long ago, and those without any refresh token, which cannot be continued."""
    ended_long_ago = Q(ended_at__lte=now - rules.ENDED_SESSION_KEPT_FOR)
    return Session.objects.filter(ended_long_ago | ~Exists(RefreshToken.objects.filter(session=OuterRef("pk"))))


def paid_allowances(*, now: datetime) -> QuerySet[Allowance]:
    """Limits that no longer hold anybody back."""
    return Allowance.objects.filter(owed_until__lte=now)


def stale_sources(*, now: datetime) -> QuerySet[KnownSource]:
    """Sources from which there was no sign-in for long."""
    return KnownSource.objects.filter(seen_at__lte=now - rules.KNOWN_SOURCE_KEPT_FOR)


def disabled_ids() -> list[UUID]:
    """The ids of disabled accounts, the newest first."""
    return list(User.objects.filter(is_active=False).order_by("-created_at", "-id").values_list("id", flat=True))
