"""Where file_svc answers."""

from django.urls import include, path

from common.observability import health
from file_svc.files.adapters import object_store

urlpatterns = [
    *health.urls(storage=object_store.check),
    path("api/v1/files/", include("file_svc.files.api.urls")),
]
