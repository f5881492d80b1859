"""Where the keys of access tokens outlast the process: the gateway's own database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from common import clock
from gateway_svc.token_keys import rules, selectors, services


class KeptKeys:
    """Of the user_svc at these URLs; for as long as a token may be taken, so long past its end."""

    def __init__(self, urls: Sequence[str], *, grace_seconds: float) -> None:
        self._source = ",".join(urls)
        self._grace = timedelta(seconds=grace_seconds)

    def read(self) -> bytes | None:
        """The document that was kept last, if it is still of use."""
        document = selectors.kept_keys(source=self._source, after=self._oldest())
        return document.encode() if document else None

    def keep(self, document: bytes, heard_at: datetime) -> None:
        """Keep this one."""
        services.keep_keys(
            source=self._source, document=document.decode(), heard_at=heard_at, forget_before=self._oldest()
        )

    def _oldest(self) -> datetime:
        return rules.usable_after(clock.now(), grace=self._grace)
