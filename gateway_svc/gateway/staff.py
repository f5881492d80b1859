"""The door of the admins."""

from __future__ import annotations

from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.problems import NotSignedIn, SecondFactorMissing, StaffOnly, Unavailable


class StaffDoor:
    """Opens for those who run the shop, who may have to show more than a password."""

    def __init__(self, *, needs_second_factor: bool) -> None:
        self._needs_second_factor = needs_second_factor

    def check(self, principal: Principal) -> None:
        """Let them pass. Raises NotSignedIn, StaffOnly or SecondFactorMissing; Unavailable where nobody can tell."""
        if principal.is_anonymous:
            raise NotSignedIn
        if principal.is_held_over:
            raise Unavailable
        if not principal.is_staff:
            raise StaffOnly
        if self._needs_second_factor and not principal.has_second_factor:
            raise SecondFactorMissing
