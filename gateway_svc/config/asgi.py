"""The door itself: the ASGI application that everything outside talks to."""

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway_svc.config.settings")
django.setup()

from gateway_svc.gateway.app import Gateway  # noqa: E402 - its sessions are Django models

application = Gateway(settings)
