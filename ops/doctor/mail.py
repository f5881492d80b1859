"""Whether mail can be sent."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from common.settings.mail import mail_settings
from ops.doctor.finding import Finding
from ops.state import State

_VARIABLE = "OPENCOMMERCE_MAIL_URL"


def examine(_state: State) -> Iterator[Finding]:
    """The mail server or folder that is configured; by default a run creates a folder of its own."""
    url = os.environ.get(_VARIABLE)
    if url and (fault := _fault(url)):
        yield Finding(
            subject="mail",
            what=f"Letters cannot leave by {_VARIABLE}: {fault}.",
            why="Nobody can reset a password, and buyers are told of their orders on the page alone.",
            cure=f"correct {_VARIABLE} (smtp://HOST:PORT, smtps://USER:PASSWORD@HOST:465, file:///FOLDER)",
        )


def _fault(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        return "" if os.access(folder, os.W_OK) or not folder.exists() else f"{folder} may not be written"
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        return "it is none of the URLs that are understood"
    try:
        socket.create_connection((parts.hostname, int(mail_settings(url)["EMAIL_PORT"])), timeout=3).close()
    except OSError as error:
        return f"nothing answers there ({error})"
    return ""
