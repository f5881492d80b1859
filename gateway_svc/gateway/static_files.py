"""Style sheets, scripts and icons of the pages of all services, which lie collected in one folder."""

from __future__ import annotations

import re
from collections.abc import Awaitable

from servestatic import ServeStaticASGI

from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.problems import MethodNotAllowed

PREFIX = "/static/"
# As Django's ManifestStaticFilesStorage calls a file by its content.
_HASHED = re.compile(r"^.+\.[0-9a-f]{12}\..+$")
# What has a plain name changes with a new version of the shop.
_KEPT_SECONDS = 3600


def with_static_files(app: ASGIApp, folder: str | None) -> ASGIApp:
    """What lies in the folder now is answered from there; all else, and everything without a folder, by the app."""
    if not folder:
        return app

    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    def answer(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if not scope["path"].startswith(PREFIX):
            return app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed
        return served(scope, receive, send)

    served: ASGIApp = ServeStaticASGI(
        elsewhere,
        root=folder,
        prefix=PREFIX,
        max_age=_KEPT_SECONDS,
        allow_all_origins=False,
        immutable_file_test=_HASHED.pattern,
    )
    return answer
