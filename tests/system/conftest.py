"""The whole platform, brought up once for all tests of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ops.platform import Platform
from ops.state import LOCAL, State
from tests.system import provider

_LONGEST_TEST_SECONDS = 600

pytest.register_assert_rewrite("tests.system.lives")


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A platform with empty data: its ``url``, ``admin``, ``status()``, and ``kill(name)`` to hurt it."""
    platform = Platform(State(LOCAL / "test" / "system"))
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("ORDER_SVC_SANDBOX_WEBHOOK_SECRET", provider.SECRET)
        platform.up(fresh=True, attached=True)
        yield platform
    platform.down()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test also waits for the platform, and a killed server takes its time to come back."""
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_LONGEST_TEST_SECONDS))
