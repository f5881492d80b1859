"""What a person does in an admin: a button that asks, calls a service, and leaves a line in the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms

from common.admin.models import Operator

_MARK = "service_action"
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class ServiceAction:
    """One thing that can be done with a row; its method's docstring tells people what will happen."""

    name: str
    label: str
    run: Callable[..., str | None]
    asks: type[forms.Form]
    is_dangerous: bool
    in_bulk: bool
    is_for_list: bool
    is_atomic: bool
    applies: Callable[[Any], bool]
    begins_with: Callable[[Any], Mapping[str, Any]]

    @property
    def explanation(self) -> str:
        """What will happen."""
        return (self.run.__doc__ or "").strip()

    def is_open_to(self, person: Operator) -> bool:
        """Support does what is done every day, admins do what is dangerous too."""
        return person.is_admin or (person.is_staff and not self.is_dangerous)


def service_action(
    label: str,
    *,
    asks: type[forms.Form] = forms.Form,
    is_dangerous: bool = False,
    in_bulk: bool = False,
    is_for_list: bool = False,
    is_atomic: bool = True,
    applies: Callable[[Any], bool] = lambda _row: True,
    begins_with: Callable[[Any], Mapping[str, Any]] = lambda _row: {},
) -> Callable[[Method], Method]:
    """Declare a method of a ``ServiceAdmin`` as an action.

    It is called with who acts, the row, and what the form ``asks`` by keyword; it calls one service, whose refusal
    becomes a message, and may return a sentence for the history. ``in_bulk`` offers it for rows that are ticked in the
    list as well; ``is_for_list`` puts it above the list instead, and its method gets no row. ``applies`` says for which
    rows it is offered, ``begins_with`` what stands in the form at first. What it does and its line in the history are
    one transaction, unless it asks somebody outside the shop (``is_atomic=False``).
    """

    def declare(method: Method) -> Method:
        action = ServiceAction(
            name=method.__name__,
            label=label,
            run=method,
            asks=asks,
            is_dangerous=is_dangerous,
            in_bulk=in_bulk,
            is_for_list=is_for_list,
            is_atomic=is_atomic,
            applies=applies,
            begins_with=begins_with,
        )
        setattr(method, _MARK, action)
        return method

    return declare


def actions_of(owner: type) -> dict[str, ServiceAction]:
    """The actions of a class and of those that it extends, in the order in which they are written."""
    found = {}
    for each in reversed(owner.__mro__):
        for name, member in vars(each).items():
            if isinstance(action := getattr(member, _MARK, None), ServiceAction):
                found[name] = action
    return found


class ReasonForm(forms.Form):
    """Why something is done; the history keeps it."""

    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="The history keeps it; be kind."
    )
