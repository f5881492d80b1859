"""Webhooks of the sandbox, with its signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time

from common.topology import ORDERS
from ops.platform import Platform
from ops.verify.books import open_books
from tests.system.visitor import Browser

SECRET = "what the sandbox and the shop agreed on"

_CHARGE = """
    SELECT p.id AS key, c.id FROM payments_payment AS p
    LEFT JOIN payments_sandboxcharge AS c ON c.idempotency_key = p.id::text WHERE p.order_id = %s
"""


def notice_of(platform: Platform, order_id: str) -> bytes:
    """The body of a webhook about the order's charge, whether or not that has changed."""
    with open_books(platform.state.read("run")) as books:
        (charge,) = books.rows(ORDERS, _CHARGE, order_id)
    reference = f"sandbox_{charge['id'] or 0}"
    return json.dumps({"id": secrets.token_hex(8), "key": str(charge["key"]), "reference": reference}).encode()


def notify(platform: Platform, notice: bytes) -> int:
    """Send a webhook. Returns the status of the response."""
    signed_at = int(time.time())
    signature = hmac.new(SECRET.encode(), b"%d.%b" % (signed_at, notice), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Sandbox-Signature": f"t={signed_at},v1={signature}"}
    return Browser(platform.url).send("POST", "/api/v1/payments/webhooks/sandbox/", notice, headers).status
