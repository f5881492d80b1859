"""What signing up and signing in can be refused for."""

from typing import Any

from common.errors import DomainError, InvalidInput, NotFound


class AccountNotAcceptable(InvalidInput):
    """An account cannot be made of this."""


class EmailTaken(DomainError):
    """There is an account with this e-mail address already."""

    code = "email_taken"
    status = 409


class InvalidCredentials(DomainError):
    """No account has this e-mail address and password."""

    code = "invalid_credentials"
    status = 401


class SecondFactorRequired(DomainError):
    """The password is right; now show a second factor, with this challenge."""

    code = "second_factor_required"
    status = 401

    def __init__(self, *, challenge: str, methods: tuple[str, ...]) -> None:
        self.challenge, self.methods = challenge, methods
        super().__init__()

    @property
    def members(self) -> dict[str, Any]:
        return {"challenge": self.challenge, "methods": list(self.methods)}


class InvalidChallenge(DomainError):
    """The challenge is not ours, was used, or has expired; sign in from the beginning."""

    code = "invalid_challenge"
    status = 401


class InvalidToken(DomainError):
    """The refresh token is unknown, used or expired, or its session is over; sign in again."""

    code = "invalid_token"
    status = 401


class WrongPassword(InvalidInput):
    """This is not your password."""


class PasswordChangedMeanwhile(DomainError):
    """The password was changed at the same time; please try again."""

    code = "conflict"


class BadLetterToken(InvalidInput):
    """The token is not one that we mailed, was used, or has expired; ask for another letter."""

    code = "invalid_token"


class UserNotFound(NotFound):
    """There is no such account."""


class OwnRole(DomainError):
    """Nobody takes away their own role; another admin can."""

    code = "own_role"
