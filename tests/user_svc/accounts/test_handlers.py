"""What user_svc does when it hears of browsers, and the letters that it writes when it hears its own facts."""

import re
from collections.abc import Callable
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from common import clock
from common.contracts import (
    BrowserSignedOut,
    CredentialsChanged,
    EmailVerificationRequested,
    PasswordResetRequested,
    SessionEnded,
)
from common.events.models import InboxMessage
from common.events.subscriptions import TryAgainLater
from tests.user_svc.factories import HOME, NOON, PASSWORD, UserFactory
from user_svc.accounts import errors, rules, services
from user_svc.accounts.models import RefreshToken, User

pytestmark = pytest.mark.django_db
ID = "6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a11"
TOKEN = re.compile(r"^[\w-]{50,}:[\w-]+$", re.MULTILINE)
Hear = Callable[..., bool]


def forgotten(email: str) -> PasswordResetRequested:
    return PasswordResetRequested(version=1, request_id=ID, email=email)


def unverified(user: User) -> EmailVerificationRequested:
    return EmailVerificationRequested(version=1, request_id=ID, user_id=str(user.id))


def changed(user: User, change: str) -> CredentialsChanged:
    return CredentialsChanged(
        version=1,
        change_id=ID,
        user_id=str(user.id),
        email="old@example.com",
        change=change,
        changed_at=NOON.isoformat(),
    )


def token_in(letter: Any) -> str:
    return TOKEN.findall(letter.body)[0]


class TestABrowserThatIsSignedOut:
    def test_ends_its_session_and_no_other(self, hear: Hear, told: Any) -> None:
        user = UserFactory()
        one, other = (services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON) for _ in range(2))
        session = RefreshToken.objects.get(digest=rules.digest_of(one.refresh)).session
        fact = BrowserSignedOut(
            version=1, session_id=str(session.id), user_id=str(user.id), signed_out_at=NOON.isoformat()
        )

        hear(fact)
        hear(fact)

        assert [ended.session_id for ended in told.named(SessionEnded)] == [str(session.id)]
        with pytest.raises(errors.InvalidToken):
            services.refresh(token=one.refresh, now=NOON)
        assert services.refresh(token=other.refresh, now=NOON)

    def test_of_which_nobody_knows_is_nothing(self, hear: Hear, told: Any) -> None:
        hear(BrowserSignedOut(version=1, session_id=ID, user_id=ID, signed_out_at=NOON.isoformat()))

        assert told.named(SessionEnded) == []


class TestPasswordLetter:
    def test_carries_a_token_that_resets_the_password(self, hear: Hear) -> None:
        user = UserFactory()

        hear(forgotten(user.email))

        (letter,) = mail.outbox
        services.reset_password(token=token_in(letter), new="a longer walk", source=HOME, now=clock.now())
        assert letter.to == [user.email]
        assert User.objects.get().check_password("a longer walk")

    def test_is_text_and_html_with_the_token_behind_a_hash(self, hear: Hear) -> None:
        hear(forgotten(UserFactory(full_name="<b>Ada</b> & Co").email))

        (letter,) = mail.outbox
        ((html, kind),) = letter.alternatives
        link = f"http://127.0.0.1:8000/account/reset-password/#token={token_in(letter)}"
        assert kind == "text/html"
        assert link in letter.body
        assert f'href="{link}"' in html
        assert "<b>Ada</b> & Co" in letter.body
        assert "&lt;b&gt;Ada&lt;/b&gt; &amp; Co" in html
        assert letter.extra_headers["Message-ID"].startswith(f"<{ID}@")

    def test_is_not_written_to_strangers_and_those_who_were_disabled(self, hear: Hear) -> None:
        hear(forgotten("nobody@example.com"))
        hear(forgotten(UserFactory(is_active=False).email))

        assert mail.outbox == []


class TestVerificationLetter:
    def test_carries_a_token_that_verifies_the_address(self, hear: Hear) -> None:
        user = UserFactory()

        hear(unverified(user))

        services.verify_email(token=token_in(mail.outbox[0]), now=clock.now())
        assert User.objects.get().is_email_verified

    def test_goes_to_the_address_that_is_new(self, hear: Hear) -> None:
        hear(unverified(UserFactory(new_email="countess@example.com")))

        assert mail.outbox[0].to == ["countess@example.com"]

    def test_is_not_written_when_there_is_nothing_to_verify(self, hear: Hear) -> None:
        hear(unverified(UserFactory(email_verified_at=clock.now())))
        hear(unverified(UserFactory(is_active=False)))
        hear(unverified(UserFactory.build()))

        assert mail.outbox == []


class TestWarning:
    @pytest.mark.parametrize("change", services.Change)
    def test_tells_somebody_at_their_old_address_what_changed(self, hear: Hear, change: str) -> None:
        hear(changed(UserFactory(full_name="<b>Ada</b>"), change))

        (letter,) = mail.outbox
        ((html, _),) = letter.alternatives
        assert letter.to == ["old@example.com"]
        assert "01 January 2026, 12:00 UTC" in letter.body
        assert "If it was not" in letter.body
        assert "Hello &lt;b&gt;Ada&lt;/b&gt;" in html

    def test_is_not_written_of_an_account_that_is_gone(self, hear: Hear) -> None:
        hear(changed(UserFactory.build(), "password_changed"))

        assert mail.outbox == []


class TestMailServer:
    def test_that_is_away_is_asked_again_without_a_word_of_the_address(
        self, hear: Hear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = UserFactory(password=PASSWORD)
        fails(monkeypatch, SMTPServerDisconnected(f"no {user.email}"))

        with pytest.raises(TryAgainLater) as failure:
            hear(forgotten(user.email))

        assert user.email not in repr(failure.value)
        assert failure.value.__suppress_context__
        assert not InboxMessage.objects.exists()

    def test_that_knows_no_such_mailbox_is_asked_once(self, hear: Hear, monkeypatch: pytest.MonkeyPatch) -> None:
        user = UserFactory()
        fails(monkeypatch, SMTPRecipientsRefused({user.email: (550, b"no such user")}))

        assert hear(forgotten(user.email))

    def test_that_does_not_take_it_at_the_moment_is_asked_again(
        self, hear: Hear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = UserFactory()
        fails(monkeypatch, SMTPRecipientsRefused({user.email: (450, b"mailbox busy")}))

        with pytest.raises(TryAgainLater):
            hear(forgotten(user.email))


def fails(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
