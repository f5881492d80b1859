"""Doing a request with an Idempotency-Key once, and deleting old keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.authentication import caller_id
from common.api.idempotency import errors
from common.api.idempotency.keys import read_key
from common.api.idempotency.models import KeyedAnswer

KEPT_FOR = timedelta(days=7)

_LOCK_NOT_AVAILABLE = "55P03"


def idempotent(operation: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Make a view's method require an Idempotency-Key, and take effect once for each key of a caller.

    The key, the effect of the method and its response are one transaction: a crash leaves nothing behind. A repeated
    request gets the first response again, marked ``Idempotent-Replayed: true``; a simultaneous one waits for it. A
    refusal is not stored, so the key can be used again. The method must have no effect that its transaction cannot
    roll back.
    """

    def decorate(method: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(method)
        def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            key = read_key(request.headers.get("Idempotency-Key", ""))
            asked: dict[str, Any] = {"principal_id": caller_id(request), "operation": operation, "key": key}
            fingerprint = fingerprint_of(request.data)
            with transaction.atomic():
                if not _claim(**asked, fingerprint=fingerprint):
                    return _replay(KeyedAnswer.objects.get(**asked), fingerprint)
                response = method(view, request, *args, **kwargs)
                _remember(**asked, response=response)
                return response

        return once

    return decorate


def fingerprint_of(body: Any) -> str:
    """A digest of a request's body that does not depend on the order of its members."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def forget_old_answers(*, now: datetime) -> int:
    """Delete stored responses older than ``KEPT_FOR``, whose keys may then be used again. Returns how many."""
    return KeyedAnswer.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]


def _claim(*, principal_id: UUID, operation: str, key: str, fingerprint: str) -> bool:
    """Insert the key's row; False when it exists. A simultaneous request waits here until the first has committed."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO idempotency_keyedanswer (principal_id, operation, key, fingerprint, status, created_at)"
                " VALUES (%s, %s, %s, %s, 0, now()) ON CONFLICT DO NOTHING",
                [principal_id, operation, key, fingerprint],
            )
            return bool(cursor.rowcount == 1)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise errors.KeyInUse from error
        raise


def _replay(answer: KeyedAnswer, fingerprint: str) -> Response:
    if answer.fingerprint != fingerprint:
        raise errors.KeyReused
    return Response(answer.body, status=answer.status, headers={"Idempotent-Replayed": "true"})


def _remember(*, principal_id: UUID, operation: str, key: str, response: Response) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE idempotency_keyedanswer SET status = %s, body = %s::jsonb"
            " WHERE principal_id = %s AND operation = %s AND key = %s",
            [response.status_code, JSONRenderer().render(response.data).decode(), principal_id, operation, key],
        )
