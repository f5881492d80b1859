"""Reading payments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import DurationField, ExpressionWrapper, F, JSONField, Model
from django.db.models.functions import Now

from order_svc.payments.models import Comparison, Payment, PaymentStatus

_LOCK = """
    SELECT {columns} FROM payments_payment AS payment JOIN orders_order AS paid ON paid.id = payment.order_id
    WHERE paid.id = %s FOR UPDATE
"""


def payment_of(*, order_id: UUID | str) -> Payment:
    """An order's payment, as it is committed. Raises Payment.DoesNotExist."""
    return Payment.objects.get(order_id=order_id)


def locked_payment_of(*, order_id: UUID | str) -> Payment:
    """An order's payment with its order, both locked by one statement, so always in the same sequence.

    Written out, since each order leads here twice. Of the order it leaves out what is long and hardly needed, which
    Django reads where somebody asks for it. Raises Payment.DoesNotExist.
    """
    order_model: Any = Payment._meta.get_field("order").related_model
    of_payment, of_order = _columns(Payment), _columns(order_model)
    columns = [*(f"payment.{name}" for name in of_payment), *(f"paid.{name}" for name in of_order)]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(columns=", ".join(columns)), [order_id])
        row = cursor.fetchone()
    if row is None:
        raise Payment.DoesNotExist
    payment = Payment.from_db(DEFAULT_DB_ALIAS, of_payment, row[: len(of_payment)])
    payment.order = order_model.from_db(DEFAULT_DB_ALIAS, of_order, row[len(of_payment) :])
    return payment


def unresolved_payment_of(*, order_id: UUID | str) -> Payment | None:
    """An order's payment with its order, if the provider was asked and its answer is not known."""
    processing = Payment.objects.filter(order_id=order_id, status=PaymentStatus.PROCESSING)
    return processing.select_related("order").first()


def payment_to_refund(*, order_id: UUID | str) -> Payment | None:
    """An order's payment, if its money must go back."""
    return Payment.objects.filter(order_id=order_id, refund_due_since__isnull=False).first()


def payment_named(*, key: str, provider: str) -> Payment | None:
    """The payment that a provider knows by this key, if it is one of ours."""
    try:
        return Payment.objects.filter(id=UUID(key), provider=provider).first()
    except ValueError:
        return None


def payment_charged(*, provider: str, reference: str) -> Payment | None:
    """The payment that a provider's charge is known to be of, whatever key a notice of it names."""
    return (
        Payment.objects.filter(provider=provider, provider_reference=reference).exclude(provider_reference="").first()
    )


def payments_charged(*, provider: str, references: Collection[str], keys: Collection[str]) -> dict[str, Payment]:
    """The payments that a provider knows by these references or keys, by what it knows them by."""
    ours = Payment.objects.filter(provider=provider)
    known = {str(payment.id): payment for payment in ours.filter(id__in=[key for key in keys if _is_id(key)])}
    by_reference = ours.filter(provider_reference__in=references).exclude(provider_reference="")
    return known | {payment.provider_reference: payment for payment in by_reference}


def comparison_ages() -> dict[str, timedelta]:
    """Up to how long ago all charges are compared with the books, by provider."""
    age = ExpressionWrapper(Now() - F("since"), DurationField())
    return dict(Comparison.objects.values_list("provider", age))


def moment() -> datetime:
    """What time it is by the clock of the database, the one that all processes share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
    return cast(datetime, now)


def _is_id(key: str) -> bool:
    try:
        return str(UUID(key)) == key
    except ValueError:
        return False


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if not isinstance(field, JSONField)]
