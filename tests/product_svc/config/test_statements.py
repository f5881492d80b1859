"""Which processes have their statements prepared."""

from __future__ import annotations

import os
import subprocess
import sys

_REPEATED = """
import {process}
from django.db import connection
with connection.cursor() as cursor:
    for _ in range(7):
        cursor.execute("SELECT id FROM catalog_product WHERE slug = %s", ["lamp"])
    cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT id%%'")
    print(cursor.fetchone()[0])
"""


def prepared_by(process: str, database_url: str) -> int:
    """How many statements a process of this kind has prepared after it has sent one again and again."""
    command = [sys.executable, "-c", _REPEATED.format(process=process)]
    environment = {**os.environ, "PRODUCT_SVC_DATABASE_URL": database_url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout.splitlines()[-1])


class TestStatements:
    def test_are_prepared_by_a_worker(self, database_url: str) -> None:
        assert prepared_by("product_svc.config.celery", database_url) == 1

    def test_are_planned_each_time_where_words_are_searched_for(self, database_url: str) -> None:
        assert prepared_by("product_svc.config.wsgi", database_url) == 0
