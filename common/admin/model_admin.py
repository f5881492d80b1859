"""The base of every model's admin: rows are shown, never written; what changes them are actions that call services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from common.admin.actions import ServiceAction, actions_of
from common.admin.columns import Column
from common.admin.paging import OrderedChangeList, paginator_for
from common.errors import DomainError

ROWS_A_PAGE = 50
MOST_AT_ONCE = 100
"""Rows that one action is done with."""


class ReadOnly:
    """Nobody adds, changes or deletes anything by a form. ``shows`` are the lines of a row's page, or its columns."""

    shows: ClassVar[Sequence[str | Column]] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.shows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.shows

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FirstRows(BaseInlineFormSet):  # type: ignore[type-arg]
    """As many of the rows that belong to another as a page bears."""

    most = 20

    def get_queryset(self) -> Any:
        if not hasattr(self, "_first"):
            rows = list(super().get_queryset()[: self.most + 1])
            self.is_cut_short = len(rows) > self.most
            self._first = rows[: self.most]
        return self._first


class RowsInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """The first rows that belong to the one that is shown; let ``ordering`` say which those are."""

    formset = FirstRows
    extra = 0
    can_delete = False
    show_change_link = True
    template = "admin/rows_inline.html"


class ServiceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """A model's pages. A subclass says what is shown, what is found, and what can be done.

    ``ordering`` must be one that an index keeps, and each lookup of ``search_by`` one that an index answers; its value
    reads the term (into a Q, where one lookup is not enough), and raises ValueError for one that cannot be meant.
    """

    search_by: ClassVar[Mapping[str, Callable[[str], Any]]] = {}
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    sortable_by = ()
    list_per_page = ROWS_A_PAGE
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions_on_bottom = False
    change_form_template = "admin/service_change_form.html"
    change_list_template = "admin/service_change_list.html"
    service_actions: ClassVar[dict[str, ServiceAction]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.service_actions = actions_of(cls)

    # ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return OrderedChangeList

    def get_paginator(self, request: HttpRequest, queryset: Any, per_page: int, *_: Any, **__: Any) -> Any:
        return paginator_for(request, queryset, per_page)

    def get_search_fields(self, request: HttpRequest) -> Any:
        return list(self.search_by)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the term names exactly or begins: nothing here reads a whole table."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(pk__in=[])
        for lookup, read in self.search_by.items():
            try:
                found = read(term)
                wanted |= found if isinstance(found, Q) else Q(**{lookup: found})
            except (ValueError, ValidationError):
                continue
        return queryset.filter(wanted), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """What the filters beside the list ask for, and nothing that somebody writes into the address."""
        names = [getattr(each, "parameter_name", each) for each in self.list_filter]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in names)

    def get_actions(self, request: HttpRequest) -> Any:
        """Django's menu above the list: what can be done with the rows that are ticked."""
        offered = [action for action in self.service_actions.values() if action.in_bulk]
        return {
            action.name: (_in_bulk(action), action.name, action.label)
            for action in offered
            if action.is_open_to(_person(request))
        }

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        offered = [action for action in self.service_actions.values() if action.is_for_list]
        shown = [
            (action, self._address("list_action", action.name))
            for action in offered
            if action.is_open_to(_person(request))
        ]
        context = {"list_actions": shown, "title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *more: Any) -> HttpResponse | None:
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(key)
        except ValidationError:
            raise Http404 from None
        return super().response_action(request, queryset, *more)

    # ── One row ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def get_urls(self) -> list[URLPattern]:
        of_list = self.admin_site.admin_view(self.list_action_view)
        of_row = self.admin_site.admin_view(self.action_view)
        return [
            path("do/<str:name>/", of_list, name=self._name("list_action")),
            path("<path:object_id>/do/<str:name>/", of_row, name=self._name("action")),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        row = context["original"]
        offered = [action for action in self.service_actions.values() if not action.is_for_list]
        context["title"] = capfirst(self.opts.verbose_name)
        context["service_actions"] = [
            (action, self._address("action", quote(row.pk), action.name))
            for action in offered
            if action.is_open_to(_person(request)) and action.applies(row)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    def action_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask, then do it with one row."""
        action = self._action(request, name, is_for_list=False)
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        form = action.asks(request.POST if request.method == "POST" else None, initial=dict(action.begins_with(row)))
        if request.method == "POST" and form.is_valid():
            is_done = self.do(request, action, row, form.cleaned_data)
            if is_done or not form.fields:
                return HttpResponseRedirect(self._address_after(request, row))
        return self._ask(request, action, form, rows=[row], back=self._address("change", quote(row.pk)))

    def list_action_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Ask, then do what needs no row."""
        action = self._action(request, name, is_for_list=True)
        form = action.asks(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self.do(request, action, None, form.cleaned_data):
            return HttpResponseRedirect(self._address("changelist"))
        return self._ask(request, action, form, rows=[], back=self._address("changelist"))

    def bulk_action_view(self, request: HttpRequest, action: ServiceAction, rows: QuerySet[Any]) -> HttpResponse | None:
        """Ask once, then do it with each of the rows that are ticked."""
        if not action.is_open_to(_person(request)):
            raise PermissionDenied
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)[:MOST_AT_ONCE]
        chosen = list(rows.filter(pk__in=ticked))
        form = action.asks(request.POST if "confirmed" in request.POST else None)
        if "confirmed" in request.POST and form.is_valid():
            for row in chosen:
                self.do(request, action, row, form.cleaned_data)
            return None
        return self._ask(request, action, form, rows=chosen, back=request.get_full_path(), is_bulk=True)

    def do(self, request: HttpRequest, action: ServiceAction, row: Any, answers: Mapping[str, Any]) -> bool:
        """Call the service as the person who asks, and write it down; a refusal becomes a message, and False."""
        subject = str(row) if row is not None else self.opts.verbose_name
        try:
            with transaction.atomic() if action.is_atomic else nullcontext():
                arguments = [] if row is None else [row]
                said = action.run(self, _person(request), *arguments, **answers)
                self._remember(request, action, row, said or str(answers.get("reason") or ""))
        except DomainError as refusal:
            self.message_user(request, f"{action.label}, {subject}: {_sentence(refusal)}", messages.ERROR)
            return False
        self.message_user(request, f"{action.label}, {subject}: done. {said or ''}".strip(), messages.SUCCESS)
        return True

    def _remember(self, request: HttpRequest, action: ServiceAction, row: Any, said: str) -> None:
        message = f"{action.label}: {said}" if said else action.label
        self.log_change(request, row if row is not None else self.model(), message)

    def _action(self, request: HttpRequest, name: str, *, is_for_list: bool) -> ServiceAction:
        action = self.service_actions.get(name)
        if action is None or action.is_for_list != is_for_list:
            raise Http404
        if not action.is_open_to(_person(request)):
            raise PermissionDenied
        return action

    def _ask(
        self,
        request: HttpRequest,
        action: ServiceAction,
        form: forms.Form,
        *,
        rows: list[Any],
        back: str,
        is_bulk: bool = False,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": action.label,
            "opts": self.opts,
            "action": action,
            "form": form,
            "rows": rows,
            "back": back,
            "is_bulk": is_bulk,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/service_action.html", context)

    def _address_after(self, request: HttpRequest, row: models.Model) -> str:
        """The row's page, if it is still there."""
        is_there = self.get_queryset(request).filter(pk=row.pk).exists()
        return self._address("change", quote(row.pk)) if is_there else self._address("changelist")

    def _address(self, page: str, *arguments: Any) -> str:
        return reverse(f"admin:{self._name(page)}", args=arguments)

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"


def _in_bulk(action: ServiceAction) -> Callable[..., HttpResponse | None]:
    """An action as Django calls it from a list."""

    def run(model_admin: ServiceAdmin, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        return model_admin.bulk_action_view(request, action, rows)

    return run


def _person(request: HttpRequest) -> Any:
    """Who acts: the site put an Operator there."""
    return request.user


def _sentence(refusal: DomainError) -> str:
    """What a refusal says, and of which field."""
    fields = [f"{field}: {' '.join(reasons)}" for field, reasons in refusal.errors.items()]
    return " ".join([refusal.detail, *fields])
