"""Requests to the gateway: timeouts, retries while the shop is busy, and refusals as exceptions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import ConnectError, PyreqwestError
from pyreqwest.multipart import FormBuilder
from pyreqwest.request import SyncRequestBuilder
from pyreqwest.response import SyncResponse

from ops.errors import OpsError

Json = dict[str, Any]

_BUSY = {429, 503}
_LONGEST_PAUSE_SECONDS = 5.0


class Refused(OpsError):
    """The shop refused a request, with a problem (RFC 9457)."""

    def __init__(self, status: int, problem: Json, *, request_id: str = "") -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", ""))
        self.errors: dict[str, list[str]] = problem.get("errors") or {}
        self.request_id = str(problem.get("request_id") or request_id)
        super().__init__(f"{self.reason} ({status} {self.code or 'without a code'}, request {self.request_id or '?'})")

    @property
    def reason(self) -> str:
        """What is wrong, by field if the shop said so."""
        fields = "; ".join(f"{field}: {' '.join(reasons)}" for field, reasons in self.errors.items())
        return fields or self.detail or "The shop refused without a reason."


class Unreachable(OpsError):
    """No response came: the shop is down, or took too long."""


def _read_json(raw: bytes) -> Any:
    return json.loads(raw) if raw else None


class Transport:
    """Sends requests to one origin, and retries for ``patience_seconds`` while the shop is busy or down."""

    def __init__(self, origin: str, *, timeout_seconds: float, patience_seconds: float) -> None:
        self.origin = origin.rstrip("/")
        self.timeout_seconds = timeout_seconds
        self.patience_seconds = patience_seconds
        timeout = timedelta(seconds=timeout_seconds)
        # Proxies from the environment are not used: the shop usually runs on the same machine.
        self._client = SyncClientBuilder().no_proxy().timeout(timeout).user_agent("opencommerce-ops").build()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        form: Callable[[], FormBuilder] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        read: Callable[[bytes], Any] = _read_json,
        field: str = "",
    ) -> Any:
        """The response's JSON, None if it is empty, or what ``read`` makes of it. Raises Refused or Unreachable.

        ``form`` builds the multipart body for each attempt, because it can be sent only once. With ``field``, the value
        of that header field is returned instead, empty if there is none.
        """
        give_up_at = time.monotonic() + self.patience_seconds
        while True:
            request = self._client.request(method, f"{self.origin}{path}").headers(dict(headers or {}))
            if query:
                request = request.query(dict(query))
            if form:
                request = request.multipart(form())
            elif body is not None:
                request = request.body_json(body)
            is_last = time.monotonic() >= give_up_at
            response = self._attempt(request, is_last=is_last)
            if response and (is_last or response.status not in _BUSY):
                content = _content(response, read)
                return response.get_header(field) or "" if field else content
            time.sleep(_pause(response))

    def _attempt(self, request: SyncRequestBuilder, *, is_last: bool) -> SyncResponse | None:
        """The response; None if the connection failed and it is not the last attempt. Raises Unreachable."""
        try:
            return request.build().send()
        except ConnectError as error:
            if is_last:
                raise Unreachable(f"{self.origin} does not answer: {error.message}") from error
            return None
        except PyreqwestError as error:
            raise Unreachable(f"{self.origin} gave no answer: {error.message}") from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _pause(response: SyncResponse | None) -> float:
    after = response and response.get_header("retry-after")
    return min(float(after), _LONGEST_PAUSE_SECONDS) if after and after.isdigit() else 0.5


def _content(response: SyncResponse, read: Callable[[bytes], Any]) -> Any:
    raw = bytes(response.bytes())
    if response.status < 400:
        return read(raw)
    try:
        problem = json.loads(raw)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"detail": raw[:200].decode(errors="replace")}
    raise Refused(response.status, problem, request_id=response.get_header("x-request-id") or "")
