"""Passwords that are tried: guessing is slowed down, and nobody is locked out by the guesses of others.

After OWASP's "Slow Down Online Guessing Attacks with Device Cookies", with networks in the place of cookies: each
place that an account's owner has signed in from has tries of its own, and all other places together have a few more.
What is counted goes by the address that was typed, whether there is such an account or not, so it betrays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from user_svc.accounts import errors, rules, selectors
from user_svc.accounts.models import KnownSource, User
from user_svc.accounts.services import allowances


@dataclass(frozen=True)
class Guess:
    """A password that is about to be tried."""

    account: str
    pair: str
    is_from_known_source: bool


def begin(*, email: str, source: str, now: datetime) -> Guess:
    """Count a try before it is made. Raises TooManyRequests."""
    account, pair = _keys(email, source)
    allowances.take(pair, rules.GUESSES_OF_ONE_SOURCE, now=now)
    is_known = selectors.is_known_source(key=pair)
    if not is_known:
        allowances.take(account, rules.GUESSES_OF_ALL_STRANGERS, now=now)
    return Guess(account=account, pair=pair, is_from_known_source=is_known)


def succeed(guess: Guess, *, now: datetime) -> None:
    """It was no guess."""
    allowances.forgive(guess.pair)
    if not guess.is_from_known_source:
        allowances.give_back(guess.account, rules.GUESSES_OF_ALL_STRANGERS)
    _know(guess.pair, now=now)


def trust(*, email: str, source: str, now: datetime) -> None:
    """Know a place from which somebody has proved otherwise that the account is theirs."""
    _, pair = _keys(email, source)
    allowances.forgive(pair)
    _know(pair, now=now)


def prove(user: User, password: str, *, field: str, source: str, now: datetime) -> None:
    """Have somebody who is signed in show that it is them. Raises WrongPassword, which names the field."""
    guess = begin(email=user.email, source=source, now=now)
    if not user.check_password(password):
        raise errors.WrongPassword(errors={field: ["This is not your password."]})
    succeed(guess, now=now)


def _keys(email: str, source: str) -> tuple[str, str]:
    account = rules.digest_of(f"guesses of {rules.normalised_email(email)}")
    return account, rules.digest_of(f"{account} from {rules.network_of(source)}")


def _know(pair: str, *, now: datetime) -> None:
    KnownSource.objects.bulk_create(
        [KnownSource(key=pair, seen_at=now)], update_conflicts=True, unique_fields=["key"], update_fields=["seen_at"]
    )
