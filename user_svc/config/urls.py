"""Where user_svc answers."""

from django.urls import include, path

from common.admin.urls import urls as admin_urls
from common.observability import health
from user_svc.accounts.api.views import key_set

urlpatterns = [
    *health.urls(),
    *admin_urls(),
    path(".well-known/jwks.json", key_set),
    path("api/v1/", include("user_svc.accounts.api.urls")),
    path("api/v1/users/me/addresses/", include("user_svc.addresses.api.urls")),
    path("api/v1/", include("user_svc.factors.api.urls")),
    path("api/v1/users/me/wishlist/", include("user_svc.wishlists.api.urls")),
    path("api/v1/sellers/", include("user_svc.sellers.api.urls")),
]
