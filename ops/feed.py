"""A client of the live feed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from ops.errors import OpsError
from ops.transport import Json


class FeedLost(OpsError):
    """The live feed did not open, was closed, or stayed silent too long."""


class LiveFeed:
    """One WebSocket on which notifications arrive; a context manager that closes it."""

    def __init__(self, origin: str, *, access: str, after: int | None = None, timeout_seconds: float = 10.0) -> None:
        address = f"ws{origin.removeprefix('http')}/ws/notifications/"
        if after is not None:
            address += f"?after={after}"
        self._open = ExitStack()
        try:
            self._connection = self._open.enter_context(
                connect(
                    address,
                    additional_headers={"Authorization": f"Bearer {access}"},
                    open_timeout=timeout_seconds,
                    close_timeout=2,
                    proxy=None,
                )
            )
        except (OSError, WebSocketException) as error:
            raise FeedLost(f"The live feed did not open: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def receive(self, *, within_seconds: float) -> Json:
        """The next message. Raises FeedLost."""
        try:
            message: Json = json.loads(self._connection.recv(timeout=within_seconds))
        except TimeoutError:
            raise FeedLost("The live feed stayed silent.") from None
        except ConnectionClosed as error:
            raise FeedLost(f"The live feed was closed: {error}") from error
        return message

    def wait_for(self, is_wanted: Callable[[Json], bool], *, within_seconds: float) -> Json:
        """The next message that is wanted; others are skipped. Raises FeedLost."""
        give_up_at = time.monotonic() + within_seconds
        while (left := give_up_at - time.monotonic()) > 0:
            message = self.receive(within_seconds=left)
            if is_wanted(message):
                return message
        raise FeedLost("The live feed did not bring what was waited for.")

    def close(self) -> None:
        """Close the connection."""
        self._open.close()
