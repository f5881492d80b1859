"""Who is asking, as the gateway tells the services."""

from __future__ import annotations

from dataclasses import dataclass


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
    def is_anonymous(self) -> bool:
        """Nobody in particular."""
        return not self.user_id


ANONYMOUS = Principal()
