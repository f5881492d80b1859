"""The whole platform, brought up once for all tests of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ops.platform import Platform
from ops.state import LOCAL, State
from tests.system import provider
from tests.system.plans import with_second_gateway

_LONGEST_TEST_SECONDS = 600

pytest.register_assert_rewrite("tests.system.lives")


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A platform with empty data.

    Its gateway is not compiled, as for users who have not run ``compile``; the tests of containers run it compiled.
    """
    platform = Platform(State(LOCAL / "test" / "system"))
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("ORDER_SVC_SANDBOX_WEBHOOK_SECRET", provider.SECRET)
        variables.setattr("ops.compiled.variables", dict)
        platform.up(fresh=True, attached=True)
        yield platform
    platform.down()


@pytest.fixture(scope="module")
def doors(platform: Platform) -> Iterator[list[str]]:
    """The origins of two gateway processes of one platform."""
    with with_second_gateway(platform) as second:
        yield [platform.url, second]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A long timeout: the first test also waits for the platform, and a killed server takes time to come back."""
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_LONGEST_TEST_SECONDS))
