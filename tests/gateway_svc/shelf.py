"""A product_svc whose responses may be cached, and which records its requests."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time

from tests.gateway_svc.upstream import FakeService, answer, take_body

MAY_BE_KEPT = "max-age=60, stale-while-revalidate=60, stale-if-error=600"


class FakeShelf(FakeService):
    """Answers as a test has set it up; drafts are shown to any user who is signed in."""

    def __init__(self) -> None:
        self.reset()
        super().__init__(_Always(self._speak))

    def reset(self) -> None:
        """Return to the initial state."""
        self.word = "old"
        self.lifetime = MAY_BE_KEPT
        self.cache_control = "public, no-cache"
        self.headers = ""
        self.status = "200 OK"
        self.is_draft = False
        self.dies = False
        self.lets_go = threading.Event()
        self.lets_go.set()

    def wait_until_asked(self) -> None:
        """Wait for the first request."""
        give_up_at = time.monotonic() + 10
        while not self.asked:
            assert time.monotonic() < give_up_at, "nobody asks"
            time.sleep(0.005)

    async def _speak(self, _service, asked, reader, writer) -> None:
        word = self.word
        await take_body(asked, reader)
        while not self.lets_go.is_set():
            await asyncio.sleep(0.005)
        if self.dies:
            writer.close()
            return
        writer.write(self._page(asked, word))

    def _page(self, asked, word: str) -> bytes:
        is_signed_in = bool(who_asks(asked))
        if self.is_draft and not is_signed_in:
            return answer(b"{}", status="404 Not Found")
        etag = f'"{word}"'
        control = "private, no-cache" if self.is_draft else self.cache_control
        headers = f"Content-Type: application/json\r\nETag: {etag}\r\nCache-Control: {control}\r\nVary: Accept\r\n"
        if asked.get("if-none-match") == etag:
            return f"HTTP/1.1 304 Not Modified\r\n{headers}\r\n".encode()
        if self.lifetime:
            headers += f"Gateway-Cache-Control: {self.lifetime}\r\n"
        body = json.dumps({"id": "ID-1", "slug": "lamp", "word": word, "asked_by": who_asks(asked)}).encode()
        return answer(body, status=self.status, headers=headers + self.headers)


class _Always(dict):
    """One behaviour, whatever the path."""

    def __init__(self, behaviour) -> None:
        self._behaviour = behaviour

    def get(self, _name, _default=None):
        return self._behaviour


def who_asks(asked) -> str:
    """The user in the gateway's assertion; empty for an anonymous visitor."""
    assertion = asked.get("x-gateway-assertion")
    if not assertion:
        return ""
    payload = assertion.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims.get("sub", "")
