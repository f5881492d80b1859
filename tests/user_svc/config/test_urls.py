"""Where user_svc answers."""

from common.testing.documented import undocumented_routes


def test_each_route_is_in_the_api_document() -> None:
    assert undocumented_routes() == []
