"""Where the gateway answers by itself."""

from common.testing.documented_client import refused_examples, undocumented_routes


def test_each_route_is_in_the_api_document() -> None:
    assert undocumented_routes() == []


def test_each_body_has_an_example_that_is_taken() -> None:
    assert refused_examples() == {}
