"""The caller of a request, as the gateway knows them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from common.person import STAFF_ROLES


@dataclass(frozen=True, slots=True)
class Principal:
    """A person who is signed in, a program with a person's API key, or an anonymous visitor."""

    key: bytes = b""
    """A hash of the credential: the key in caches."""
    user_id: str = ""
    session_id: str = ""
    name: str = ""
    roles: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    """How they proved who they are (RFC 8176)."""
    is_browser: bool = False
    """Identified by a cookie, not by a token that the client sends."""
    expires_at: float = float("inf")
    scopes: frozenset[str] | None = None
    """What an API key may do; None for people, who have no such limit."""
    is_held_over: bool = False
    """Their token has expired while user_svc is away, and they are still let in for a while."""

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


def held_over(principal: Principal, seconds: float) -> Principal:
    """The same person for so many seconds longer, without staff roles: those have to be certain."""
    return replace(
        principal,
        roles=tuple(role for role in principal.roles if role not in STAFF_ROLES),
        expires_at=principal.expires_at + seconds,
        is_held_over=True,
    )


def at_a_browser(principal: Principal) -> Principal:
    """The same person, known by a cookie."""
    return replace(principal, is_browser=True)
