"""A visitor inside the process: asks as the gateway would, and sees the SQL that it caused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from common.api.authentication import Principal


@dataclass(frozen=True)
class Page:
    """An address, the statements that its answer takes when nothing is cached, and how many when everything is."""

    path: str
    statements: list[str]
    warm_queries: int


class Visitor:
    """Nobody in particular."""

    def __init__(self) -> None:
        self._client = APIClient(HTTP_HOST=urlsplit(settings.PUBLIC_URL).netloc)
        # Django's users are not ours; all that is asked of one is asked of a principal.
        self._client.force_authenticate(Principal())  # type: ignore[arg-type]

    def get(self, path: str) -> dict[str, Any]:
        """What stands there. Raises CommandError."""
        answer = self._client.get(path)
        if answer.status_code != 200:
            raise CommandError(f"{path} answers {answer.status_code}: {answer.content[:500]!r}")
        content: dict[str, Any] = answer.json()
        return content

    def look(self, path: str) -> Page:
        """Ask twice, first with an empty cache."""
        cache.clear()
        cold = self._statements(path)
        return Page(path, cold, len(self._statements(path)))

    def _statements(self, path: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            self.get(path)
        return [query["sql"] for query in captured.captured_queries]
