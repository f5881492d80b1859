"""Whether a process has what it needs: asked in the same way, and told in the same words, whatever process it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[], None]
"""Raises when the dependency is missing."""


def states_of(checks: Mapping[str, Check]) -> dict[str, str]:
    """``ok``, or what is missing, of each."""
    return {name: _state(check) for name, check in checks.items()}


def answer(states: Mapping[str, str]) -> tuple[dict[str, Any], int]:
    """The body and the status of ``/health/ready``."""
    is_ready = all(state == "ok" for state in states.values())
    return {"status": "ready" if is_ready else "not ready", "checks": states}, 200 if is_ready else 503


def _state(check: Check) -> str:
    try:
        check()
    except Exception as error:  # whatever a dependency answers with, it is not there for us
        return f"missing: {type(error).__name__}"
    return "ok"
