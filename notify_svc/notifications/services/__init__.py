"""What is done with notifications, with one module for each topic."""

from notify_svc.notifications.adapters.wake_ups import listen
from notify_svc.notifications.services.choosing import choose
from notify_svc.notifications.services.mailing import deliver_mail, try_again_now
from notify_svc.notifications.services.reading import read_all_notifications, read_notification
from notify_svc.notifications.services.reporting import report_tellings
from notify_svc.notifications.services.telling import (
    tell_of_cancelled_order,
    tell_of_changed_seller,
    tell_of_confirmed_order,
    tell_of_delivered_order,
    tell_of_low_stock,
    tell_of_posted_review,
    tell_of_refunded_order,
    tell_of_shipped_order,
)
from notify_svc.notifications.services.tickets import Ticket, issue_ticket, redeem_ticket

__all__ = [
    "Ticket",
    "choose",
    "deliver_mail",
    "issue_ticket",
    "listen",
    "read_all_notifications",
    "read_notification",
    "redeem_ticket",
    "report_tellings",
    "tell_of_cancelled_order",
    "tell_of_changed_seller",
    "tell_of_confirmed_order",
    "tell_of_delivered_order",
    "tell_of_low_stock",
    "tell_of_posted_review",
    "tell_of_refunded_order",
    "tell_of_shipped_order",
    "try_again_now",
]
