"""The facts that a service could not handle: to be read, and to be tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from common.admin.actions import service_action
from common.admin.columns import as_json
from common.admin.models import Operator
from common.admin.site import Pages, ServiceSite
from common.events.models import HandlingFailure

MOST_SHOWN = 200
_SECONDS = 5

site = cast(ServiceSite, admin.site)
View = Callable[..., HttpResponse]


class BrokerAway(Exception):
    """The broker gives no answer."""


@service_action("Try again", is_dangerous=True)
def replay(_person: Operator, letter_id: str) -> None:
    """The fact goes back to the queue in which it died, with all its attempts; no other service hears it again."""
    from common.events import dead_letters

    with _broker() as broker:
        if not dead_letters.replay(broker, settings.SERVICE, letter_id, most=MOST_SHOWN):
            raise Http404


def _with_the_broker(view: View) -> View:
    """These pages alone talk to the broker while somebody waits, so they say when it is away."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BrokerAway:
            detail = "The broker, where dead letters lie, gives no answer. Nothing is lost; try again in a moment."
            return site.refuse(request, status=503, title="Out of reach", detail=detail)

    return told


@_with_the_broker
def list_view(request: HttpRequest) -> HttpResponse:
    """All of them, oldest first."""
    letters = _letters()
    reasons = _reasons([letter.id for letter in letters])
    rows = [(letter, reasons.get(letter.id, "")) for letter in letters]
    context = {"title": "Dead letters", "rows": rows, "most": MOST_SHOWN, "is_cut_short": len(rows) == MOST_SHOWN}
    return _page(request, "events/dead_letters.html", context)


@_with_the_broker
def letter_view(request: HttpRequest, letter_id: str) -> HttpResponse:
    """One of them, with what the handler said last."""
    letter = _letter(letter_id)
    context = {
        "title": letter.name or "Dead letter",
        "letter": letter,
        "fact": as_json(letter.fact),
        "reason": _reasons([letter.id]).get(letter.id, ""),
        "may_replay": _replaying().is_open_to(_person(request)),
    }
    return _page(request, "events/dead_letter.html", context)


@_with_the_broker
def replay_view(request: HttpRequest, letter_id: str) -> HttpResponse:
    """Ask, then give it back to its queue."""
    action = _replaying()
    if not action.is_open_to(_person(request)):
        raise PermissionDenied
    letter = _letter(letter_id)
    if request.method == "POST":
        action.run(_person(request), letter.id)
        _write_down(_person(request), letter)
        messages.success(request, f"{letter.name} {letter.id} went back to {letter.queue}.")
        return HttpResponseRedirect(reverse("admin:dead_letters"))
    context = {
        "title": action.label,
        "action": action,
        "form": forms.Form(),
        "rows": [f"{letter.name} {letter.id}"],
        "back": reverse("admin:dead_letter", args=[letter.id]),
    }
    return _page(request, "admin/service_action.html", context)


def _replaying() -> Any:
    return replay.service_action  # type: ignore[attr-defined]


def _person(request: HttpRequest) -> Operator:
    return cast(Operator, request.user)


def _letters() -> list[Any]:
    from common.events import dead_letters

    with _broker() as broker:
        return dead_letters.dead_letters(broker, settings.SERVICE, most=MOST_SHOWN)


def _letter(letter_id: str) -> Any:
    letter = next((each for each in _letters() if each.id == letter_id), None)
    if letter is None:
        raise Http404
    return letter


@contextmanager
def _broker() -> Iterator[Any]:
    """A connection on which nothing waits for ever. Raises BrokerAway."""
    # Imported here: no other page needs it.
    from amqp.exceptions import AMQPError
    from kombu import Connection
    from kombu.exceptions import OperationalError

    limits = {"read_timeout": _SECONDS, "write_timeout": _SECONDS}
    try:
        with Connection(settings.BROKER_URL, connect_timeout=_SECONDS, transport_options=limits) as connection:
            yield connection
    except (AMQPError, OperationalError, OSError) as error:
        raise BrokerAway from error


def _reasons(ids: list[str]) -> dict[str, str]:
    """What the handlers said last, by the letters' ids; some have an id that is no fact's."""
    facts = [fact_id for each in ids if (fact_id := _fact_id(each))]
    failures = HandlingFailure.objects.filter(fact_id__in=facts)
    return {str(failure.fact_id): failure.error for failure in failures}


def _fact_id(letter_id: str) -> UUID | None:
    try:
        return UUID(letter_id)
    except ValueError:
        return None


def _write_down(person: Operator, letter: Any) -> None:
    LogEntry.objects.create(
        user_id=person.pk,
        content_type=ContentType.objects.get_for_model(HandlingFailure),
        object_id=letter.id,
        object_repr=f"{letter.name} {letter.id}"[:200],
        action_flag=CHANGE,
        change_message="Try again",
    )


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**site.each_context(request), **context})


site.add_pages(
    Pages(
        app_label="events",
        title="Dead letters",
        views={
            "dead_letters": ("dead-letters/", list_view),
            "dead_letter": ("dead-letters/<str:letter_id>/", letter_view),
            "dead_letter_replay": ("dead-letters/<str:letter_id>/replay/", replay_view),
        },
    )
)
