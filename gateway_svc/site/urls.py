"""Where the site's pages are."""

from django.urls import path

from gateway_svc.site.views import account, api_docs, signing_in

urlpatterns = [
    path("login/", signing_in.sign_in),
    path("login/second-factor/", signing_in.second_factor),
    path("login/passkey/", signing_in.passkey),
    path("logout/", signing_in.sign_out),
    path("account/", account.overview),
    path("api/docs/", api_docs.api_docs),
]
