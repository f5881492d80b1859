"""What second factors can be refused for."""

from common.errors import DomainError, InvalidInput, NotFound


class WrongAnswer(DomainError):
    """This is no code and no passkey of yours, or it was used before."""

    code = "invalid_second_factor"
    status = 401


class WrongCode(InvalidInput):
    """This is not the code that your authenticator shows now."""


class BadPasskey(InvalidInput):
    """No passkey can be made of this."""


class RegistrationExpired(InvalidInput):
    """The challenge is not ours, was used, or has expired; begin again."""


class TotpIsOn(DomainError):
    """One-time codes are turned on already; turn them off first."""

    code = "totp_is_on"


class TotpNotBegun(DomainError):
    """There is nothing to confirm; begin with a new secret."""

    code = "totp_not_begun"


class TotpNotFound(NotFound):
    """One-time codes are not turned on."""


class PasskeyNotFound(NotFound):
    """There is no such passkey, or it is not yours."""


class PasskeyTaken(DomainError):
    """This passkey is registered already."""

    code = "passkey_taken"


class TooManyPasskeys(DomainError):
    """There are as many passkeys as one account can have; remove one first."""

    code = "too_many_passkeys"


class NoSecondFactor(DomainError):
    """There is no second factor to recover; turn one on first."""

    code = "no_second_factor"
