"""Mail goes out once, is tried again, and in the end given up."""

import email
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from common.settings.mail import mail_settings
from notify_svc.notifications import services
from notify_svc.notifications.models import Delivery, Notification
from notify_svc.notifications.services import mailing
from notify_svc.recipients.services import remember_recipient
from tests.notify_svc.factories import (
    OrderConfirmedFactory,
    OrderLineFactory,
    OrderShippedFactory,
    ReviewPostedFactory,
    SellerChangedFactory,
)
from tests.notify_svc.notifications.failing_mail import EmailBackend
from tests.notify_svc.notifications.mail_server import MailServer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA = uuid.UUID("6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a11")
EVE = uuid.UUID("6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a13")
SENDER = "shop@opencommerce.example"
ORDER = "6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a12"


@pytest.fixture
def away(settings: Any) -> Iterator[list[str]]:
    """A mail server that is away; the subjects of what was tried."""
    settings.EMAIL_BACKEND = "tests.notify_svc.notifications.failing_mail.EmailBackend"
    EmailBackend.tried.clear()
    return EmailBackend.tried


def know_ada(*, version: int = 1, is_active: bool = True) -> None:
    remember_recipient(
        user_id=ADA,
        email="ada@example.com",
        full_name="Ada Lovelace",
        roles=["customer"],
        version=version,
        is_active=is_active,
    )


def know_eve() -> None:
    remember_recipient(user_id=EVE, email="eve@example.com", full_name="Eve", roles=["customer"], version=1)


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server that takes everything until the test says otherwise."""
    with MailServer() as server:
        for name, value in mail_settings(f"smtp://127.0.0.1:{server.port}").items():
            setattr(settings, name, value)
        yield server


def confirm(*, times: int = 1, **changes: Any) -> None:
    for _ in range(times):
        order = OrderConfirmedFactory(**{"customer_id": str(ADA), **changes})
        services.tell_of_confirmed_order(order=order, now=NOON)


def review_posted(**changes: Any) -> None:
    services.tell_of_posted_review(review=ReviewPostedFactory(seller_id=str(ADA), **changes), now=NOON)


def may_sell() -> None:
    seller = SellerChangedFactory(seller_id=str(ADA), status="approved", previous_status="pending")
    services.tell_of_changed_seller(seller=seller, now=NOON)


class TestDeliverMail:
    def test_sends_what_is_due_once(self) -> None:
        know_ada()
        confirm(number="OC-7")

        services.deliver_mail(now=NOON)
        services.deliver_mail(now=NOON + timedelta(days=1))

        [letter] = mail.outbox
        delivery = Delivery.objects.get()
        assert letter.to == ["ada@example.com"]
        assert letter.subject == "Order OC-7 is confirmed"
        assert str(letter.body).startswith("Hello Ada Lovelace,")
        assert letter.extra_headers["Message-ID"] == f"<{delivery.id}@opencommerce.example>"
        assert (delivery.status, delivery.attempts, delivery.sent_at) == ("sent", 1, NOON)

    def test_says_what_was_bought_as_it_is_written(self) -> None:
        know_ada()
        confirm(lines=(OrderLineFactory(title="Salt & <Pepper>", seller_id=str(uuid.uuid4())),))

        services.deliver_mail(now=NOON)

        assert "2 × Salt & <Pepper> (12.50 USD)" in str(mail.outbox[0].body)
        assert "Total: 25.00 USD" in str(mail.outbox[0].body)

    def test_says_it_in_html_that_is_safe_and_fit_for_the_dark(self) -> None:
        know_ada()
        confirm(lines=(OrderLineFactory(title="Salt & <script>", seller_id=str(uuid.uuid4())),))

        services.deliver_mail(now=NOON)

        [html] = [str(part.content) for part in mail.outbox[0].alternatives]
        assert "2 × Salt &amp; &lt;script&gt;" in html
        assert '<meta name="color-scheme" content="light dark">' in html
        assert "<script" not in html
        assert "<link" not in html
        assert "src=" not in html

    @pytest.mark.parametrize(
        ("tell", "path"),
        [
            (lambda: confirm(order_id=ORDER), f"/api/v1/orders/{ORDER}/"),
            (lambda: review_posted(product_id="the-product"), "/api/v1/products/the-product/"),
            (may_sell, "/account/notifications/"),
        ],
    )
    def test_leads_to_what_it_tells_of(self, tell: Callable[[], None], path: str, settings: Any) -> None:
        know_ada()
        tell()

        services.deliver_mail(now=NOON)

        [letter] = mail.outbox
        assert f"at {settings.PUBLIC_URL}{path}\n" in str(letter.body)
        assert f'href="{settings.PUBLIC_URL}{path}"' in str(letter.alternatives[0].content)

    def test_says_how_to_follow_a_parcel(self) -> None:
        know_ada()
        fact = OrderShippedFactory(customer_id=str(ADA), tracking="1Z999")
        services.tell_of_shipped_order(order=fact, now=NOON)

        services.deliver_mail(now=NOON)

        [letter] = mail.outbox
        for text in (str(letter.body), str(letter.alternatives[0].content)):
            assert "1Z999" in text
            assert "2 × Teapot" in text

    def test_says_to_a_seller_what_a_buyer_thinks(self) -> None:
        know_ada()
        review = ReviewPostedFactory(seller_id=str(ADA), product_title="Salt & <Pepper>\nmill")
        services.tell_of_posted_review(review=review, now=NOON)

        services.deliver_mail(now=NOON)

        [letter] = mail.outbox
        assert letter.to == ["ada@example.com"]
        assert letter.subject == "Ada L. gave ★★★★☆ to Salt & <Pepper> mill"
        assert "Ada L. gave ★★★★☆ to Salt & <Pepper> mill.\n\n“Loud, and good”\n\nIt grinds.\n" in str(letter.body)

    def test_waits_until_it_is_told_whom_to_write_to(self) -> None:
        confirm()
        services.deliver_mail(now=NOON)
        know_ada()

        services.deliver_mail(now=NOON + timedelta(minutes=1))

        assert len(mail.outbox) == 1

    def test_writes_to_nobody_whose_account_is_disabled(self) -> None:
        know_ada(is_active=False)
        confirm()

        services.deliver_mail(now=NOON)

        delivery = Delivery.objects.get()
        assert mail.outbox == []
        assert (delivery.status, delivery.last_error) == ("refused", "the account is disabled")

    def test_writes_to_them_again_once_it_is_enabled(self) -> None:
        know_ada(is_active=False)
        know_ada(version=2)
        confirm()

        services.deliver_mail(now=NOON)

        assert [letter.to for letter in mail.outbox] == [["ada@example.com"]]

    def test_tries_again_later(self, away: list[str], settings: Any, caplog: pytest.LogCaptureFixture) -> None:
        know_ada()
        confirm()

        services.deliver_mail(now=NOON)
        services.deliver_mail(now=NOON + timedelta(seconds=9))
        failed = Delivery.objects.get()
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        services.deliver_mail(now=NOON + timedelta(seconds=10))

        assert len(away) == 1
        assert (failed.status, failed.attempts) == ("pending", 1)
        assert failed.last_error == "ConnectionRefusedError: no mailbox for …"
        assert len(mail.outbox) == 1
        assert "ada@example.com" not in caplog.text

    def test_gives_up_after_eight_attempts(self, away: list[str]) -> None:
        know_ada()
        confirm()

        for days in range(10):
            services.deliver_mail(now=NOON + timedelta(days=days))

        assert len(away) == 8
        assert Delivery.objects.get().status == "failed"

    def test_asks_a_server_that_is_away_once_a_run(self, away: list[str]) -> None:
        know_ada()
        confirm(times=3)

        services.deliver_mail(now=NOON)

        assert len(away) == 1

    @pytest.mark.parametrize("step", ["RCPT", "DATA"])
    @pytest.mark.parametrize(
        ("code", "status", "times"),
        [(550, "refused", 1), (554, "refused", 1), (450, "pending", 3), (451, "pending", 3)],
    )
    def test_goes_on_after_a_letter_that_the_server_does_not_take(
        self, mail_server: MailServer, step: str, code: int, status: str, times: int
    ) -> None:
        know_eve()
        know_ada()
        confirm(customer_id=str(EVE))
        confirm(times=mailing.BATCH)
        mail_server.refusals["eve@example.com"] = (step, code)

        for hours in range(3):
            services.deliver_mail(now=NOON + timedelta(hours=hours))

        assert mail_server.taken == ["ada@example.com"] * mailing.BATCH
        assert mail_server.asked.count("eve@example.com") == times
        untaken = Delivery.objects.get(notification__user_id=EVE)
        assert (untaken.status, untaken.attempts) == (status, times)
        assert f"({code}" in untaken.last_error
        assert "eve@example.com" not in untaken.last_error

    def test_sends_one_that_was_refused_when_somebody_says_so(self, mail_server: MailServer) -> None:
        know_eve()
        confirm(customer_id=str(EVE))
        mail_server.refusals["eve@example.com"] = ("RCPT", 550)
        services.deliver_mail(now=NOON)
        mail_server.refusals.clear()

        services.try_again_now(delivery_id=Delivery.objects.get().id, now=NOON)
        services.deliver_mail(now=NOON)

        assert mail_server.taken == ["eve@example.com"]

    def test_a_server_that_wants_nothing_from_us_is_asked_again(self, mail_server: MailServer) -> None:
        know_ada()
        confirm(times=3)
        mail_server.refusals[SENDER] = ("MAIL", 530)

        services.deliver_mail(now=NOON)

        assert sorted(Delivery.objects.values_list("status", "attempts")) == [("pending", 0)] * 2 + [("pending", 1)]

    def test_goes_on_after_a_letter_that_cannot_be_written(self) -> None:
        know_ada()
        confirm(number="OC-7")
        confirm(number="OC-8")
        Notification.objects.filter(title__contains="OC-7").update(title="Two\nlines")

        services.deliver_mail(now=NOON)

        assert [letter.subject for letter in mail.outbox] == ["Order OC-8 is confirmed"]
        assert Delivery.objects.get(status="pending").last_error.startswith("BadHeaderError")

    def test_gives_back_at_once_what_it_had_taken_and_not_tried(self, away: list[str]) -> None:
        know_ada()
        confirm(times=3)

        for _ in range(3):
            services.deliver_mail(now=NOON)

        assert len(away) == 3

    def test_sends_more_than_one_batch_a_run(self) -> None:
        know_ada()
        confirm(times=mailing.BATCH + 1)

        services.deliver_mail(now=NOON)

        assert len(mail.outbox) == mailing.BATCH + 1

    def test_takes_what_a_dead_worker_had_taken(self) -> None:
        know_ada()
        confirm()
        Delivery.objects.update(next_attempt_at=NOON + timedelta(seconds=60))

        services.deliver_mail(now=NOON)
        assert not mail.outbox
        services.deliver_mail(now=NOON + timedelta(seconds=60))

        assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
class TestManyWorkers:
    def test_send_each_letter_once(self, in_threads: Callable[..., None]) -> None:
        know_ada()
        confirm(times=30)

        in_threads(lambda now: services.deliver_mail(now=now), [NOON] * 4)

        assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == len(mail.outbox) == 30


class TestMailSettings:
    def test_a_folder_holds_letters_that_one_can_read(self, settings: Any, tmp_path: Path) -> None:
        for name, value in mail_settings(f"file://{tmp_path}/in%20box").items():
            setattr(settings, name, value)
        know_ada()
        confirm(number="OC-9")

        services.deliver_mail(now=NOON)

        [path] = (tmp_path / "in box").iterdir()
        letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        assert (letter["To"], letter["Subject"]) == ("ada@example.com", "Order OC-9 is confirmed")
        text, html = letter.iter_parts()
        assert "Hello Ada" in text.get_content()
        assert "Order OC-9 is confirmed</h1>" in html.get_content()

    def test_a_server_is_never_waited_for_for_ever(self) -> None:
        said = mail_settings("smtp://user:p%40ss@mail.example:2525")

        assert (said["EMAIL_HOST"], said["EMAIL_PORT"], said["EMAIL_TIMEOUT"]) == ("mail.example", 2525, 10)
        assert (said["EMAIL_HOST_USER"], said["EMAIL_HOST_PASSWORD"]) == ("user", "p@ss")
