"""Who is asking, as the gateway tells the services."""

from __future__ import annotations

from dataclasses import dataclass, replace

from common.person import STAFF_ROLES


@dataclass(frozen=True, slots=True)
class Principal:
    """A person with a good access token, or nobody in particular."""

    key: bytes = b""
    """A hash of the token: what caches know the principal by."""
    user_id: str = ""
    session_id: str = ""
    name: str = ""
    roles: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    """How they proved who they are (RFC 8176)."""
    is_browser: bool = False
    """Known by a cookie, not by a token that their program sends."""
    expires_at: float = float("inf")

    @property
    def is_staff(self) -> bool:
        """One of those who run the shop."""
        return not STAFF_ROLES.isdisjoint(self.roles)

    @property
    def has_second_factor(self) -> bool:
        """They signed in with more than a password."""
        return "mfa" in self.amr

    @property
    def is_anonymous(self) -> bool:
        """Nobody in particular."""
        return not self.user_id


ANONYMOUS = Principal()


def at_a_browser(principal: Principal) -> Principal:
    """The same person, known by a cookie."""
    return replace(principal, is_browser=True)
