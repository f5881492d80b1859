"""Pages are for web processes: a worker knows nothing of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django.contrib import admin
from django.contrib.auth.models import Group

from common.events.models import OutboxMessage

_LOADED = """
import json, sys
import notify_svc.config.celery
print(json.dumps([name for name in sys.modules if name.startswith(("common.", "notify_svc.")) and ".admin" in name]))
"""


class TestRegistration:
    def test_is_of_our_own_models_alone(self) -> None:
        assert admin.site.is_registered(OutboxMessage)
        assert not admin.site.is_registered(Group)

    def test_is_none_of_a_workers_business(self) -> None:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "notify_svc.config.settings"}

        worker = subprocess.run(
            [sys.executable, "-c", _LOADED], env=environment, capture_output=True, text=True, check=True, timeout=60
        )

        loaded = set(json.loads(worker.stdout))
        assert loaded <= {"common.admin", "common.admin.apps", "common.admin.models"}
