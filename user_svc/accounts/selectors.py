"""Finding people, and what they come with."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from user_svc.accounts import errors, rules
from user_svc.accounts.models import RefreshToken, Role, Session, User


def user_of(*, user_id: UUID) -> User:
    """Raises UserNotFound."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise errors.UserNotFound(user_id=user_id)
    return user


def seller_of(*, seller_id: UUID) -> User:
    """Somebody who sells here. Raises SellerNotFound."""
    seller = User.objects.filter(id=seller_id, is_active=True, roles__contains=[Role.SELLER]).first()
    if seller is None:
        raise errors.SellerNotFound(seller_id=seller_id)
    return seller


def user_with_email(*, email: str) -> User | None:
    """Whoever has this address, in any spelling."""
    return User.objects.filter(email=rules.normalised_email(email)).first()


def locked_refresh_token(*, token: str) -> RefreshToken | None:
    """The refresh token with its session, both locked: what is done with one session is done one after the other."""
    tokens = RefreshToken.objects.select_for_update(of=("self", "session")).select_related("session__user")
    return tokens.filter(digest=rules.digest_of(token)).first()


def locked_open_sessions_of(*, user_id: UUID) -> QuerySet[Session]:
    """Wherever somebody is signed in."""
    return Session.objects.select_for_update().filter(user_id=user_id, ended_at=None).order_by("id")


def expired_refresh_tokens(*, now: datetime) -> QuerySet[RefreshToken]:
    """Those that nobody can trade any more."""
    return RefreshToken.objects.filter(expires_at__lte=now)


def forgettable_sessions(*, now: datetime) -> QuerySet[Session]:
    """Those that ended long ago, and those that nothing can continue."""
    ended_long_ago = Q(ended_at__lte=now - rules.ENDED_SESSION_KEPT_FOR)
    return Session.objects.filter(ended_long_ago | ~Exists(RefreshToken.objects.filter(session=OuterRef("pk"))))
