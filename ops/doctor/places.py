"""Where the servers are: as configured in the environment, or those of the run that is up."""

from __future__ import annotations

import os
from typing import Any

from common.topology import SERVICES
from ops.servers import Server
from ops.state import State


def server(state: State, kind: type[Server]) -> dict[str, str]:
    """The URL of a server, if there is one, by the variable for it."""
    if given := kind.given_url():
        return {kind.variable: given}
    own = {entry["name"]: entry["url"] for entry in _run(state).get("servers", ())}
    return {kind.variable: own[kind.name]} if kind.name in own else {}


def databases(state: State) -> dict[str, str]:
    """The URL of each service's database, as far as there are any, by the variable for it."""
    own = _run(state).get("databases", {})
    urls = {each.database_variable: os.environ.get(each.database_variable) or own.get(each.name) for each in SERVICES}
    return {variable: url for variable, url in urls.items() if url}


def _run(state: State) -> dict[str, Any]:
    return state.read("run") if state.supervisor() else {}
