"""The HTTP interface of file_svc."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "file_svc.config.settings")

application = get_wsgi_application()
