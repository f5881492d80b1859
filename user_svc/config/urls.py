"""Where user_svc answers."""

from django.urls import include, path

from common.observability import health
from user_svc.accounts.api.views import key_set

urlpatterns = [
    *health.urls(),
    path(".well-known/jwks.json", key_set),
    path("api/v1/", include("user_svc.accounts.api.urls")),
]
