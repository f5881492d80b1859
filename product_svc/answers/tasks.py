"""What is done about what is kept ready soon after a change, and by schedule."""

from celery import shared_task

from product_svc.answers import services


@shared_task(name=services.TELLING)
def tell_of_untold_pages(**_: object) -> None:
    """Tell those who keep answers elsewhere which pages are old."""
    services.tell_of_untold_pages()
