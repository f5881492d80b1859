"""Do a keyed request once, and forget its answer when nobody will ask again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.authentication import caller_id
from common.api.idempotency import errors
from common.api.idempotency.models import KeyedAnswer

KEPT_FOR = timedelta(days=7)

_BARE = re.compile(r"^[!-~]{1,255}$")
_QUOTED = re.compile(r'^"(?:[^"\\]|\\["\\])*"$')

_LOCK_NOT_AVAILABLE = "55P03"


def idempotent(operation: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Make a view's method one that needs a key, and is done once a key.

    The key, what the method does and its answer are one transaction, so there is no half-way: a crash leaves nothing,
    and a simultaneous repetition waits for the first and gets its answer, marked ``Idempotent-Replayed: true``. A
    refusal is not remembered. The method must do nothing that its own transaction cannot take back.
    """

    def decorate(method: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(method)
        def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            key = read_key(request.headers.get("Idempotency-Key", ""))
            with transaction.atomic():
                answer, is_first = _claim(caller_id(request), operation, key, fingerprint_of(request.data))
                if not is_first:
                    return _replay(answer, request)
                return _remember(answer, method(view, request, *args, **kwargs))

        return once

    return decorate


def read_key(header: str) -> str:
    """The key, bare or as a structured-field string (RFC 8941). Raises KeyMissing."""
    text = header.strip()
    if _QUOTED.match(text):
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    if not _BARE.match(text):
        raise errors.KeyMissing
    return text


def fingerprint_of(body: Any) -> str:
    """What tells one request's body from another's, whatever the order of its members."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def forget_old_answers(*, now: datetime) -> int:
    """Drop the answers whose keys may be used anew. Returns how many."""
    return KeyedAnswer.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]


def _claim(principal_id: UUID, operation: str, key: str, fingerprint: str) -> tuple[KeyedAnswer, bool]:
    try:
        return KeyedAnswer.objects.get_or_create(
            principal_id=principal_id, operation=operation, key=key, defaults={"fingerprint": fingerprint}
        )
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise errors.KeyInUse from error
        raise


def _replay(answer: KeyedAnswer, request: Request) -> Response:
    if answer.fingerprint != fingerprint_of(request.data):
        raise errors.KeyReused
    return Response(answer.body, status=answer.status, headers={"Idempotent-Replayed": "true"})


def _remember(answer: KeyedAnswer, response: Response) -> Response:
    answer.status = response.status_code
    answer.body = json.loads(JSONRenderer().render(response.data))
    answer.save(update_fields=["status", "body"])
    return response
