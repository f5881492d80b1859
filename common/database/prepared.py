"""Statements that a connection has sent before, and PostgreSQL has read and planned before."""

from __future__ import annotations

from typing import Any

from common.settings import env

BINDING = {"server_side_binding": True}
"""Parameters are bound by the server, as they are in prepared statements."""


def options() -> dict[str, Any]:
    """Django's, for a database that is sent few statements, each often: what a connection sends for the sixth time is
    prepared. None where a pooler cannot carry that over.
    """
    if not env.flag("OPENCOMMERCE_PREPARED_STATEMENTS", default=True):
        return {}
    return {**BINDING, "prepare_threshold": 5}
