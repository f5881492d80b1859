"""Where the keys of access tokens outlast the process: the gateway's own database."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from gateway_svc.token_keys import rules, selectors, services


class KeptKeys:
    """Of the user_svc at these URLs; for as long as a token may be taken, so long past its end."""

    def __init__(self, urls: Sequence[str], *, grace_seconds: float) -> None:
        self._source = ",".join(urls)
        self._life = rules.life(grace=timedelta(seconds=grace_seconds))

    def read(self) -> bytes | None:
        """The document that was kept last, if it is still of use."""
        document = selectors.kept_keys(source=self._source, life=self._life)
        return document.encode() if document else None

    def keep(self, document: bytes, asked_at: float) -> None:
        """Keep this one, which was asked for at that instant of the monotonic clock."""
        age = timedelta(seconds=time.monotonic() - asked_at)
        services.keep_keys(source=self._source, document=document.decode(), age=age, life=self._life)
