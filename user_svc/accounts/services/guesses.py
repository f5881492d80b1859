"""Rate limits on guessing passwords and codes, which do not lock an account's owner out when others guess.

After OWASP's "Slow Down Online Guessing Attacks with Device Cookies", with networks in place of cookies: each network
that an account's owner has signed in from (a known source) has attempts of its own, and all others together have some
more. They are counted by the e-mail address that was typed, whether or not there is such an account, so that a limit
does not reveal which accounts exist.
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
    """What is guessed at, and how often that may be tried."""

    name: str
    of_one_source: Limit
    of_all_strangers: Limit


PASSWORDS = Target("passwords", rules.GUESSES_OF_ONE_SOURCE, rules.GUESSES_OF_ALL_STRANGERS)
# Counted separately: a person who knows the password can have its count reset again and again.
CODES = Target("codes", rules.CODES_OF_ONE_SOURCE, rules.CODES_OF_ALL_STRANGERS)


@dataclass(frozen=True)
class Guess:
    """An attempt that is about to be made."""

    target: Target
    account: str
    place: str
    is_from_known_source: bool

    @property
    def of_all(self) -> str:
        """The key of the attempts from all unknown sources together."""
        return _counted_under(self.target, self.account)

    @property
    def of_one(self) -> str:
        """The key of the attempts from this source."""
        return _counted_under(self.target, self.place)


def begin(*, email: str, source: str, now: datetime, target: Target = PASSWORDS) -> Guess:
    """Count an attempt before it is made. Raises TooManyRequests."""
    account, place = _keys(email, source)
    guess = Guess(target, account, place, is_from_known_source=selectors.is_known_source(key=place))
    allowances.take(guess.of_one, target.of_one_source, now=now)
    if not guess.is_from_known_source:
        allowances.take(guess.of_all, target.of_all_strangers, now=now)
    return guess


def succeed(guess: Guess) -> None:
    """Do not count an attempt that was right, nor the earlier ones from the same source."""
    allowances.forgive(guess.of_one)
    if not guess.is_from_known_source:
        allowances.give_back(guess.of_all, guess.target.of_all_strangers)


def know(guess: Guess, *, now: datetime) -> None:
    """Remember the source: somebody has signed in from it."""
    _know(guess.place, now=now)


def trust(*, email: str, source: str, now: datetime) -> None:
    """Remember a source from which a person has proved in another way that the account is theirs."""
    _, place = _keys(email, source)
    allowances.forgive(_counted_under(PASSWORDS, place))
    _know(place, now=now)


def prove(user: User, password: str, *, field: str, source: str, now: datetime) -> None:
    """Check the password of a person who is signed in. Raises WrongPassword, with ``field``, or TooManyRequests."""
    guess = begin(email=user.email, source=source, now=now)
    if not user.check_password(password):
        raise errors.WrongPassword(errors={field: ["This is not your password."]})
    succeed(guess)
    know(guess, now=now)


def lock_proved(user: User) -> User:
    """The account, locked, whose password was just checked. Raises PasswordChangedMeanwhile.

    A password is checked outside the transaction, since that is slow; under the lock it must still be the same.
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
