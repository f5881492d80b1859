"""Where file_svc answers."""

from django.urls import include, path

from common.admin.urls import urls as admin_urls
from common.observability import health
from file_svc.files.adapters import object_store

urlpatterns = [
    *health.urls(storage=object_store.check),
    *admin_urls(),
    path("api/v1/files/", include("file_svc.files.api.urls")),
]
