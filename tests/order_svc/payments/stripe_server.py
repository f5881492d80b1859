"""A small local Stripe, which answers as documented at docs.stripe.com.

It has PaymentIntents with manual capture, refunds, idempotency keys (whose response is stored, even if it is an error
of Stripe's own), and the errors that matter to us.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, Any]]

DECLINES = {
    "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_authenticationRequired": ("authentication_required", "authentication_required"),
}
_LONGEST_WAIT = 60.0
GOOD_METHODS = {"pm_card_visa", "tok_visa"}


@dataclass
class StripeServer:
    """Its books, and the failures of the next requests."""

    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    """Method, path, form and idempotency key of each request."""
    troubles: list[Callable[[BaseHTTPRequestHandler], Answer | None]] = field(default_factory=list)
    """One is called for each request, before it is done; if it returns a response, that is sent instead."""
    losses: int = 0
    """How many of the next responses are lost after the request was done."""
    status_of_refunds: str = "succeeded"
    answers: dict[str, Answer] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    goes_on: threading.Event = field(default_factory=threading.Event)
    """Set to let requests go on that ``keep_waiting`` holds."""

    def start(self) -> StripeServer:
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        return self

    def stop(self) -> None:
        self.goes_on.set()
        self.http.shutdown()
        self.http.server_close()

    def keep_waiting(self, _: BaseHTTPRequestHandler) -> None:
        """A trouble: the request is not done before ``goes_on`` is set."""
        self.goes_on.wait(_LONGEST_WAIT)

    def fail_for_good(self, handler: BaseHTTPRequestHandler) -> Answer:
        """A trouble: a failure after the request had begun, which its key gets again each time."""
        answer = (500, {"error": {"type": "api_error", "message": "no"}})
        self.answers[handler.headers["Idempotency-Key"]] = answer
        return answer

    def answer(self, method: str, path: str, form: dict[str, str], key: str) -> Answer:
        """Do a request once for each key; the same key gets the same response again, even if the state has changed."""
        with self.lock:
            if key and key in self.answers:
                return self.answers[key]
            answer = json.loads(json.dumps(self._act(method, path, form)))
            if key:
                self.answers[key] = tuple(answer)
            return answer[0], answer[1]

    def _act(self, method: str, path: str, form: dict[str, str]) -> Answer:
        if (method, path) == ("GET", "/v1/payment_intents"):
            return self._list(form)
        if path == "/v1/payment_intents":
            return self._create(form)
        if path == "/v1/refunds":
            return self._refund(self.intents[form["payment_intent"]], form)
        if path == "/v1/payment_intents/search":
            return self._search(form["query"])
        found = re.fullmatch(r"/v1/payment_intents/(\w+)(?:/(\w+))?", path)
        intent = self.intents.get(found[1]) if found else None
        if found is None or intent is None:
            return _refusal(404, "resource_missing", param="intent")
        step = found[2] or "retrieve"
        return {"confirm": _confirm, "capture": _capture, "cancel": _cancel, "retrieve": _shown}[step](intent)

    def _search(self, query: str) -> Answer:
        """Search by metadata, all of which has to match (docs.stripe.com/search)."""
        wanted = dict(re.findall(r"metadata\['(\w+)'\]:'([^']*)'", query))
        data = [intent for intent in self.intents.values() if wanted.items() <= intent["metadata"].items()]
        return 200, {"object": "search_result", "data": data, "has_more": False, "url": "/v1/payment_intents/search"}

    def _list(self, query: dict[str, str]) -> Answer:
        """The newest first (docs.stripe.com/api/payment_intents/list)."""
        newest = sorted(self.intents.values(), key=lambda intent: int(intent["id"][3:]), reverse=True)
        if after := query.get("starting_after"):
            if after not in self.intents:
                return _refusal(400, "resource_missing", param="starting_after")
            newest = newest[[intent["id"] for intent in newest].index(after) + 1 :]
        since, until = int(query["created[gte]"]), int(query["created[lt]"])
        found = [intent for intent in newest if since <= intent["created"] < until]
        page = found[: int(query["limit"])]
        return 200, {"object": "list", "data": page, "has_more": len(page) < len(found), "url": "/v1/payment_intents"}

    def forget_keys(self) -> None:
        """Forget all keys, as Stripe does when they are a day old."""
        self.answers.clear()

    def _create(self, form: dict[str, str]) -> Answer:
        method = form.get("payment_method") or form["payment_method_data[card][token]"]
        if method not in GOOD_METHODS | DECLINES.keys():
            return _refusal(400, "resource_missing", param="payment_method")
        intent = {
            "id": f"pi_{len(self.intents) + 1}",
            "object": "payment_intent",
            "created": int(time.time()),
            "amount": int(form["amount"]),
            "amount_received": 0,
            "currency": form["currency"],
            "status": "requires_confirmation",
            "last_payment_error": None,
            "latest_charge": None,
            "metadata": _metadata(form),
            "payment_method": method,
        }
        self.intents[str(intent["id"])] = intent
        return 200, intent

    def _refund(self, intent: dict[str, Any], form: dict[str, str]) -> Answer:
        charge = intent["latest_charge"]
        if charge["refunded"]:
            return _refusal(400, "charge_already_refunded")
        refund = {
            "id": f"re_{len(charge['refunds']['data']) + 1}",
            "object": "refund",
            "amount": int(form.get("amount", intent["amount_received"] - charge["amount_refunded"])),
            "status": self.status_of_refunds,
            "payment_intent": intent["id"],
            "metadata": _metadata(form),
        }
        charge["refunds"]["data"].append(refund)
        _count_refunds(intent)
        return 200, refund

    def give_back_by_hand(self, intent_id: str, amount: int) -> dict[str, Any]:
        """A refund made in the dashboard. Returns the refund, which has no metadata of ours."""
        return self._refund(self.intents[intent_id], {"amount": str(amount)})[1]

    def settle_refund(self, intent_id: str, status: str) -> dict[str, Any]:
        """Set the status of the last refund, such as failed. Returns the refund, as in the webhook about it."""
        intent = self.intents[intent_id]
        refund: dict[str, Any] = intent["latest_charge"]["refunds"]["data"][-1]
        refund["status"] = status
        _count_refunds(intent)
        return refund


def _count_refunds(intent: dict[str, Any]) -> None:
    charge = intent["latest_charge"]
    refunds = [each for each in charge["refunds"]["data"] if each["status"] not in {"failed", "canceled"}]
    charge["amount_refunded"] = sum(each["amount"] for each in refunds)
    charge["refunded"] = charge["amount_refunded"] == intent["amount_received"]


def _metadata(form: dict[str, str]) -> dict[str, str]:
    return {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}


def _confirm(intent: dict[str, Any]) -> Answer:
    if intent["status"] != "requires_confirmation":
        return _unexpected(intent)
    if intent["payment_method"] in DECLINES:
        code, decline_code = DECLINES[intent["payment_method"]]
        error = {"type": "card_error", "code": code, "decline_code": decline_code, "message": "Declined."}
        intent.update(status="requires_payment_method", last_payment_error=error)
        return 402, {"error": {**error, "payment_intent": intent}}
    refunds = {"object": "list", "data": [], "has_more": False}
    charge = {"id": "ch_1", "object": "charge", "refunded": False, "amount_refunded": 0, "refunds": refunds}
    intent.update(status="requires_capture", latest_charge=charge)
    return 200, intent


def _capture(intent: dict[str, Any]) -> Answer:
    if intent["status"] != "requires_capture":
        return _unexpected(intent)
    intent.update(status="succeeded", amount_received=intent["amount"])
    return 200, intent


def _cancel(intent: dict[str, Any]) -> Answer:
    if intent["status"] in {"succeeded", "canceled"}:
        return _unexpected(intent)
    intent["status"] = "canceled"
    return 200, intent


def _shown(intent: dict[str, Any]) -> Answer:
    return 200, intent


def _unexpected(intent: dict[str, Any]) -> Answer:
    status, body = _refusal(400, "payment_intent_unexpected_state")
    return status, {"error": {**body["error"], "payment_intent": intent}}


def _refusal(status: int, code: str, **more: str) -> Answer:
    return status, {"error": {"type": "invalid_request_error", "code": code, "message": code, **more}}


def _handler(server: StripeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("GET", "")

        def do_POST(self) -> None:
            self._serve("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

        def _serve(self, method: str, body: str) -> None:
            path, key = urlsplit(self.path).path, self.headers.get("Idempotency-Key", "")
            form = {name: values[0] for name, values in parse_qs(body or urlsplit(self.path).query).items()}
            server.requests.append((method, path, form, key))
            is_replayed = key in server.answers
            trouble = server.troubles.pop(0) if server.troubles else None
            answer = trouble(self) if trouble else None
            status, content = answer or server.answer(method, path, form, key)
            if server.losses:
                server.losses -= 1
                self.close_connection = True
                return
            raw = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            if is_replayed:
                self.send_header("Idempotent-Replayed", "true")
            self.end_headers()
            self.wfile.write(raw)

    return Handler


def fail(status: int, error_type: str = "api_error", **more: str) -> Callable[[BaseHTTPRequestHandler], Answer]:
    """A trouble: the request is refused without being done."""
    return lambda _: (status, {"error": {"type": error_type, "message": "no", **more}})
