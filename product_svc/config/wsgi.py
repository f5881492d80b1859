"""The HTTP interface of product_svc."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "product_svc.config.settings")

application = get_wsgi_application()
