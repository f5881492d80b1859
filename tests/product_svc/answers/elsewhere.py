"""Another process of the service: ``python -m tests.product_svc.answers.elsewhere METHOD PATH [BODY]``.

It makes a request as a member of staff, and prints the response and the number of its database queries, as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from typing import Any

import django


def ask_elsewhere(database_url: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Make a request in another process, on the test database."""
    command = [sys.executable, "-m", "tests.product_svc.answers.elsewhere", method, path, json.dumps(body)]
    environment = {**os.environ, "PRODUCT_SVC_DATABASE_URL": database_url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main(method: str, path: str, body: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "product_svc.config.settings"
    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from rest_framework.test import APIClient

    from common.testing.plugin import sign_assertion

    statement = sign_assertion(audience="product_svc", user_id=uuid.UUID(int=7), roles=("admin",))
    client = APIClient(HTTP_HOST="127.0.0.1", HTTP_X_GATEWAY_ASSERTION=statement)
    with CaptureQueriesContext(connection) as captured:
        answer = client.generic(method, path, body, content_type="application/json")
    told = {"status": answer.status_code, "queries": len(captured), "body": answer.json()}
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
