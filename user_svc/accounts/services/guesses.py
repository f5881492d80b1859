"""Passwords and codes that are tried: guessing is slowed down, and nobody is locked out by the guesses of others.

After OWASP's "Slow Down Online Guessing Attacks with Device Cookies", with networks in the place of cookies: each
place that an account's owner has signed in from has tries of its own, and all other places together have a few more.
What is counted goes by the address that was typed, whether there is such an account or not, so it betrays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from user_svc.accounts import errors, rules, selectors
from user_svc.accounts.models import KnownSource, User
from user_svc.accounts.rules import Limit
from user_svc.accounts.services import allowances


@dataclass(frozen=True)
class Target:
    """What is guessed at, and how often it may be."""

    name: str
    of_one_source: Limit
    of_all_strangers: Limit


PASSWORDS = Target("passwords", rules.GUESSES_OF_ONE_SOURCE, rules.GUESSES_OF_ALL_STRANGERS)
# Counted apart: who knows the password has its guesses forgiven, again and again.
CODES = Target("codes", rules.CODES_OF_ONE_SOURCE, rules.CODES_OF_ALL_STRANGERS)


@dataclass(frozen=True)
class Guess:
    """Something that is about to be tried."""

    target: Target
    account: str
    place: str
    is_from_known_source: bool

    @property
    def of_all(self) -> str:
        """What all strangers' tries are counted under."""
        return _counted_under(self.target, self.account)

    @property
    def of_one(self) -> str:
        """What the tries from this place are counted under."""
        return _counted_under(self.target, self.place)


def begin(*, email: str, source: str, now: datetime, target: Target = PASSWORDS) -> Guess:
    """Count a try before it is made. Raises TooManyRequests."""
    account, place = _keys(email, source)
    guess = Guess(target, account, place, is_from_known_source=selectors.is_known_source(key=place))
    allowances.take(guess.of_one, target.of_one_source, now=now)
    if not guess.is_from_known_source:
        allowances.take(guess.of_all, target.of_all_strangers, now=now)
    return guess


def succeed(guess: Guess) -> None:
    """It was no guess."""
    allowances.forgive(guess.of_one)
    if not guess.is_from_known_source:
        allowances.give_back(guess.of_all, guess.target.of_all_strangers)


def know(guess: Guess, *, now: datetime) -> None:
    """Somebody has come in from this place."""
    _know(guess.place, now=now)


def trust(*, email: str, source: str, now: datetime) -> None:
    """Know a place from which somebody has proved otherwise that the account is theirs."""
    _, place = _keys(email, source)
    allowances.forgive(_counted_under(PASSWORDS, place))
    _know(place, now=now)


def prove(user: User, password: str, *, field: str, source: str, now: datetime) -> None:
    """Have somebody who is signed in show that it is them. Raises WrongPassword, which names the field."""
    guess = begin(email=user.email, source=source, now=now)
    if not user.check_password(password):
        raise errors.WrongPassword(errors={field: ["This is not your password."]})
    succeed(guess)
    know(guess, now=now)


def lock_proved(user: User) -> User:
    """The account, locked, of whoever has just proved to be its owner. Raises PasswordChangedMeanwhile.

    A password is checked outside transactions, since that takes long; it must still be the one by the time it counts.
    """
    locked = selectors.locked_user(user_id=user.id)
    if locked.password != user.password:
        raise errors.PasswordChangedMeanwhile
    return locked


def _counted_under(target: Target, key: str) -> str:
    return rules.digest_of(f"{target.name} of {key}")


def _keys(email: str, source: str) -> tuple[str, str]:
    account = rules.digest_of(f"guesses of {rules.normalised_email(email)}")
    return account, rules.digest_of(f"{account} from {rules.network_of(source)}")


def _know(place: str, *, now: datetime) -> None:
    KnownSource.objects.bulk_create(
        [KnownSource(key=place, seen_at=now)], update_conflicts=True, unique_fields=["key"], update_fields=["seen_at"]
    )
