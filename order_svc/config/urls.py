"""Where order_svc answers."""

from django.urls import include, path

from common.admin.urls import urls as admin_urls
from common.observability import health

urlpatterns = [
    *health.urls(),
    *admin_urls(),
    path("api/v1/", include("order_svc.carts.api.urls")),
    path("api/v1/", include("order_svc.orders.api.urls")),
    path("api/v1/", include("order_svc.payments.api.urls")),
]
