"""A service's admin site: whom it lets in, and what stands on each of its pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.contrib.messages.middleware import MessageMiddleware
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import decorator_from_middleware
from rest_framework.exceptions import AuthenticationFailed

from common.admin.models import Operator
from common.api import assertion, csrf
from common.api.authentication import CHALLENGE, principal_of
from common.api.problems import problem_response
from common.topology import ADMIN_PATH, SERVICES

SIGN_IN_PATH = "/login/"
SIGN_OUT_PATH = "/logout/"
ACCOUNT_PATH = "/account/"

_OWN_PATHS = {"sign_out_path": SIGN_OUT_PATH, "account_path": ACCOUNT_PATH}

View = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Pages that show no model: where they stand among those that do, and their views by name and path."""

    app_label: str
    title: str
    views: Mapping[str, tuple[str, View]]
    """The first is the one that the others are reached from."""


class ServiceSite(AdminSite):
    """Django's, signed in to by the gateway: no password, no session and no middleware of its own.

    What an admin's page needs stands around its view, so that requests to the API do not pay for it.
    """

    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")
        self._pages: list[Pages] = []
        title = settings.SERVICE.admin_name
        self.site_header = self.index_title = title
        self.site_title = "OpenCommerce"

    def add_pages(self, pages: Pages) -> None:
        """Have pages that show no model."""
        self._pages.append(pages)

    def get_urls(self) -> list[Any]:
        views = [(name, *view) for pages in self._pages for name, view in pages.views.items()]
        return [
            *(path(route, self.admin_view(view), name=name) for name, route, view in views),
            *_pages_of(super().get_urls()),
        ]

    def get_app_list(self, request: Any, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for pages in self._pages:
            address = reverse(f"admin:{next(iter(pages.views))}", current_app=self.name)
            entry = {"name": pages.title, "object_name": pages.title, "admin_url": address, "view_only": True}
            for app in apps:
                if app["app_label"] == pages.app_label:
                    app["models"].append(entry)
        return apps

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        inner = decorator_from_middleware(MessageMiddleware)(_told_in_html(super().admin_view(view, cacheable), self))

        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return self._refusal(request) or cast(HttpResponse, inner(request, *args, **kwargs))

        return update_wrapper(entered, view)

    def each_context(self, request: Any) -> dict[str, Any]:
        """What every page shows: who is signed in, and the way to the other admins."""
        return {**super().each_context(request), "user": request.user, **_ways(), **_OWN_PATHS}

    def get_log_entries(self, request: Any) -> Any:
        return super().get_log_entries(request).order_by("-pk")  # the newest by an index; none is kept for the time

    def login(self, request: Any, extra_context: Any = None) -> HttpResponse:
        return _to_sign_in(settings.SERVICE.admin_path)

    def logout(self, request: Any, extra_context: Any = None) -> Any:
        return HttpResponseRedirect(SIGN_OUT_PATH)

    def password_change(self, request: Any, extra_context: Any = None) -> Any:
        return HttpResponseRedirect(ACCOUNT_PATH)

    password_change_done = password_change

    def refuse(self, request: HttpRequest, *, status: int, title: str, detail: str) -> HttpResponse:
        """A page that says no, in words."""
        context = {"title": title, "detail": detail, "site_title": self.site_title, "site_header": self.site_header}
        return TemplateResponse(request, "admin/refused.html", {**context, **_ways()}, status=status)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        """Let the person of the assertion in as ``request.user``, or say why not."""
        try:
            principal = principal_of(request.headers.get(assertion.HEADER, ""))
        except AuthenticationFailed as error:
            return _not_signed_in(str(error.detail))
        if principal.id is None:
            if _is_for_a_browser(request):
                return _to_sign_in(request.get_full_path())
            return _not_signed_in("Sign in first.")
        operator = Operator.of(principal)
        if not operator.is_staff:
            operator.forget()
        if not operator.is_staff or not operator.is_known():
            return self._forbid(request, "These pages are for those who run the shop.")
        if not principal.may_administer:
            return self._forbid(request, "Sign in with a second factor: these pages take more than a password.")
        request.user = operator
        return None

    def _forbid(self, request: HttpRequest, detail: str) -> HttpResponse:
        if _is_for_a_browser(request):
            return self.refuse(request, status=403, title="Not yours to see", detail=detail)
        return problem_response(status=403, code="permission_denied", detail=detail)


def csrf_refusal(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer of Django's own middleware, which guards the pages of the admin alone (CSRF_FAILURE_VIEW)."""
    site = admin.site
    if not _is_for_a_browser(request) or not isinstance(site, ServiceSite):
        return csrf.refusal(reason)
    detail = (
        "This form is not one that we gave to this browser, or it is too old. Load the page anew, and try again. If it"
        " happens again, allow cookies for this shop."
    )
    return site.refuse(request, status=403, title="Not done", detail=detail)


def _pages_of(urls: list[Any]) -> list[Any]:
    """Django's, but for the way to a row on the site: ours are not shown by Django there."""
    return [url for url in urls if getattr(url, "name", "") != "view_on_site"]


def _told_in_html(view: View, site: ServiceSite) -> View:
    """What is not there, or not theirs, is said on a page to whoever has come so far."""

    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return site.refuse(request, status=404, title="Not there", detail="There is no such page.")
        except PermissionDenied:
            detail = "This is not yours to do; ask an admin."
            return site.refuse(request, status=403, title="Not yours to do", detail=detail)

    return update_wrapper(told, view)


def _is_for_a_browser(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _to_sign_in(path: str) -> HttpResponse:
    return HttpResponseRedirect(f"{SIGN_IN_PATH}?{urlencode({'next': path})}")


def _not_signed_in(detail: str) -> HttpResponse:
    response = problem_response(status=401, code="not_authenticated", detail=detail)
    response["WWW-Authenticate"] = CHALLENGE
    return response


def _ways() -> dict[str, Any]:
    """The six admins and the page in front of them."""
    admins = [(service.admin_name, service.admin_path, service is settings.SERVICE) for service in SERVICES]
    return {"admins": admins, "front_path": ADMIN_PATH}
