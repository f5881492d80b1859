"""Where product_svc answers."""

from django.urls import include, path

from common.admin.urls import urls as admin_urls
from common.observability import health

urlpatterns = [
    *health.urls(),
    *admin_urls(),
    path("api/v1/", include("product_svc.catalog.api.urls")),
    path("api/v1/", include("product_svc.inventory.api.urls")),
    path("api/v1/", include("product_svc.reviews.api.urls")),
]
