"""What file_svc has of its own; the rest is in common.settings.service."""

from common.settings import env
from common.settings.service import for_service
from common.settings.static import static_storage
from file_svc.config import storage

globals().update(for_service("file_svc", apps=("file_svc.files",)))

STORAGES = {**static_storage(), **storage.storages(env.required("OPENCOMMERCE_S3_URL"))}

UPLOAD_LIMIT_BYTES = 26 * 2**20
"""For a whole request; each purpose of a file has a smaller limit of its own (files/rules.py)."""
