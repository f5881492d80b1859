"""Limits of an account, lifetimes of its tokens, and how its values are spelled."""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from babel import Locale, UnknownLocaleError

EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
NAME_LENGTH = 150
LOCALE_LENGTH = 35  # RFC 5646, 4.4.1
PASSWORD_LENGTH = 128  # a longer one proves no more, and hashing it costs us more than sending it costs others

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
ENDED_SESSION_KEPT_FOR = timedelta(days=30)
KNOWN_SOURCE_KEPT_FOR = timedelta(days=90)
PASSWORD_RESET_LIFETIME = timedelta(hours=1)
EMAIL_VERIFICATION_LIFETIME = timedelta(days=3)
CHALLENGE_LIFETIME = timedelta(minutes=5)

ROLES_OF_REGISTRATION = {"customer": ("customer",), "seller": ("customer", "seller")}
"""The roles of a person who signs up as this; sellers may buy too."""

ADMIN_ROLES = ("customer", "admin")

BY_PASSWORD = ("pwd",)  # RFC 8176


class Change(StrEnum):
    """Changes of a person's credentials, of which they are told by letter."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 – no password
    EMAIL_WANTED = "email_wanted"
    EMAIL_CHANGED = "email_changed"
    TOTP_ON = "totp_on"
    TOTP_OFF = "totp_off"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    RECOVERY_CODE_USED = "recovery_code_used"
    FACTORS_REMOVED = "factors_removed"


@dataclass(frozen=True)
class Limit:
    """A rate limit: a burst of ``at_once`` attempts, and then one for each ``each``.

    The generic cell rate algorithm (ITU-T I.371): its only state is the time until which past attempts are owed.
    """

    at_once: int
    each: timedelta

    def owed_at_most_until(self, now: datetime) -> datetime:
        """The latest time until which attempts may be owed without having to wait."""
        return now + self.each * self.at_once

    def wait_seconds(self, owed_until: datetime, *, now: datetime) -> int:
        """Whole seconds until another attempt is allowed, at least 1."""
        wait = owed_until + self.each - self.owed_at_most_until(now)
        return max(1, -(-wait // timedelta(seconds=1)))


# At most a hundred wrong passwords an hour for one account (OWASP ASVS 4.0.3, 2.2.1). Those from each source that its
# owner has signed in from are counted separately: guesses from elsewhere do not lock them out.
GUESSES_OF_ONE_SOURCE = Limit(at_once=10, each=timedelta(seconds=40))
GUESSES_OF_ALL_STRANGERS = Limit(at_once=50, each=timedelta(seconds=72))
# Three codes of six digits are valid at any time: some forty thousand attempts a year have one chance in nine.
CODES_OF_ONE_SOURCE = Limit(at_once=5, each=timedelta(minutes=5))
CODES_OF_ALL_STRANGERS = Limit(at_once=10, each=timedelta(minutes=15))
LETTERS = Limit(at_once=3, each=timedelta(minutes=15))
"""Letters of one kind to one address."""


def network_of(address: str) -> str:
    """The network whose guesses are counted together: an IPv4 address, or the /64 of IPv6 of a household (RFC 6177)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def canonical_locale(text: str) -> str | None:
    """The usual spelling of a language tag (BCP 47) such as ``de-CH``; None for one that CLDR does not know."""
    try:
        return str(Locale.parse(text, sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError):
        return None


def normalised_email(email: str) -> str:
    """The one spelling of an address: lower case, without spaces around it."""
    email = email.strip()
    # Some letters beyond ASCII have ASCII ones as their lower case (the Kelvin sign: k): that is another address.
    return email.lower() if email.isascii() else email


def digest_of(token: str) -> str:
    """What is stored of a refresh token. It has 256 random bits, so a fast hash without salt is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
