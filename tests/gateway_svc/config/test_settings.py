"""Settings that only Django's own commands read."""

from django.core.servers.basehttp import get_internal_wsgi_application


def test_runserver_finds_an_application() -> None:
    assert callable(get_internal_wsgi_application())
