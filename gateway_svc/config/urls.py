"""The gateway's own pages; where requests go, the gateway itself knows (gateway/routes.py)."""

from django.urls import include, path

from common.admin.urls import urls as admin_urls

handler400 = "gateway_svc.site.views.problems.bad_request"
handler403 = "gateway_svc.site.views.problems.forbidden"
handler404 = "gateway_svc.site.views.problems.not_found"
handler500 = "gateway_svc.site.views.problems.server_error"

urlpatterns = [
    path("api/v1/api-keys/", include("gateway_svc.api_keys.api.urls")),
    path("", include("gateway_svc.site.urls")),
    *admin_urls(),
]
