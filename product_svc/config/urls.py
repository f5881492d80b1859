"""Where product_svc answers."""

from django.urls import include, path

from common.observability import health

urlpatterns = [
    *health.urls(),
    path("api/v1/", include("product_svc.catalog.api.urls")),
    path("api/v1/", include("product_svc.inventory.api.urls")),
    path("api/v1/", include("product_svc.reviews.api.urls")),
]
