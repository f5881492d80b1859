"""The scheduled jobs of notifications."""

from celery import shared_task

from common import clock
from notify_svc.notifications import services


@shared_task(name="notifications.deliver_mail")
def deliver_mail(**_: object) -> None:
    """Send the letters that are due."""
    services.deliver_mail(now=clock.now())


@shared_task(name="notifications.report_tellings")
def report_tellings(**_: object) -> None:
    """Tell order_svc who was told of which order."""
    services.report_tellings()
