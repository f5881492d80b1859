"""What a browser sends without its user meaning it changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from rest_framework.test import APIClient

USER = uuid.UUID("6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a11")
SECRET = "a" * 32
OTHER_SECRET = "b" * 32
ORIGIN = "http://127.0.0.1:8000"
BODY = {"items": [{"quantity": 1}]}

Browser = Callable[..., APIClient]


@pytest.fixture
def browser(browser_of: Browser) -> APIClient:
    """Somebody on a page of ours, which has given them the cookie."""
    client = browser_of(USER, "customer")
    client.cookies[settings.CSRF_COOKIE_NAME] = SECRET
    return client


def post(client: APIClient, path: str = "/echo/", body: Any = BODY, **extra: Any) -> Any:
    return client.post(path, body, **{"HTTP_HOST": "127.0.0.1:8000", "HTTP_ORIGIN": ORIGIN, **extra})


def is_refused(response: Any) -> bool:
    return response.status_code == 403 and response.json()["code"] == "csrf_failed"


class TestABrowser:
    def test_reads_without_it(self, browser: APIClient) -> None:
        assert browser.get("/echo/").json()["is_browser"] is True

    def test_writes_with_the_header(self, browser: APIClient) -> None:
        assert post(browser, HTTP_X_CSRFTOKEN=SECRET).status_code == 201

    def test_is_refused_without_the_header(self, browser: APIClient) -> None:
        assert is_refused(post(browser))

    def test_is_refused_with_another_value(self, browser: APIClient) -> None:
        assert is_refused(post(browser, HTTP_X_CSRFTOKEN=OTHER_SECRET))
        assert is_refused(post(browser, HTTP_X_CSRFTOKEN="short"))

    def test_is_refused_without_the_cookie(self, browser_of: Browser) -> None:
        assert is_refused(post(browser_of(USER), HTTP_X_CSRFTOKEN=SECRET))

    @pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:8001", "null"])
    def test_is_refused_on_a_page_of_another_origin(self, browser: APIClient, origin: str) -> None:
        assert is_refused(post(browser, HTTP_X_CSRFTOKEN=SECRET, HTTP_ORIGIN=origin))

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_is_refused_whatever_the_method(self, browser: APIClient, method: str) -> None:
        assert is_refused(getattr(browser, method)("/echo/"))

    def test_over_https_must_say_where_it_comes_from(self, browser: APIClient) -> None:
        def ask(**extra: str) -> Any:
            secure = {"HTTP_HOST": "127.0.0.1:8000", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_CSRFTOKEN": SECRET}
            return browser.post("/echo/", BODY, **secure, **extra)

        assert is_refused(ask())
        assert is_refused(ask(HTTP_REFERER="https://evil.example/"))
        assert ask(HTTP_REFERER="https://127.0.0.1:8000/page/").status_code == 201


class TestAForm:
    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
    def test_carries_it_in_a_field(self, browser: APIClient, kind: str) -> None:
        def send(token: str) -> Any:
            fields = {"said": "yes", "csrfmiddlewaretoken": token}
            if kind == "multipart/form-data":
                return post(browser, "/form/", fields, format="multipart")
            encoded = "&".join(f"{name}={value}" for name, value in fields.items())
            return post(browser, "/form/", encoded, content_type=kind)

        assert send(SECRET).json() == {"said": "yes"}
        assert is_refused(send(OTHER_SECRET))

    @pytest.mark.parametrize(
        "kind",
        [
            "multipart/form-data",
            "multipart/form-data; boundary=" + "x" * 300,
            "application/x-www-form-urlencoded; charset=latin-1",
        ],
    )
    def test_that_cannot_be_read_is_a_problem(self, browser: APIClient, kind: str) -> None:
        response = post(browser, "/form/", b"said=yes", content_type=kind)

        assert response.status_code == 400
        assert response.json()["code"] == "malformed"

    def test_of_too_many_fields_is_a_problem(self, browser: APIClient) -> None:
        many = "&".join(f"field{number}=x" for number in range(2000))

        assert post(browser, "/form/", many, content_type="application/x-www-form-urlencoded").status_code == 400

    def test_leaves_the_body_to_the_view_where_the_header_is_sent(self, browser: APIClient) -> None:
        response = post(
            browser, "/upload/a.bin", b"x" * 1000, content_type="application/octet-stream", HTTP_X_CSRFTOKEN=SECRET
        )

        assert response.json() == {"size": 1000}


class TestAProgram:
    def test_is_asked_for_nothing(self, client_of: Callable[..., Any]) -> None:
        client = client_of(USER, "customer")
        client.handler.enforce_csrf_checks = True

        assert post(client, HTTP_ORIGIN="https://evil.example").status_code == 201


class TestStaff:
    def test_may_administer_with_a_password(self, browser_of: Browser) -> None:
        assert browser_of(USER, "admin").get("/echo/").json()["may_administer"] is True
        assert browser_of(USER, "customer").get("/echo/").json()["may_administer"] is False

    @override_settings(STAFF_NEED_SECOND_FACTOR=True)
    def test_may_not_where_a_second_factor_is_wanted(self, browser_of: Browser) -> None:
        assert browser_of(USER, "admin").get("/echo/").json()["may_administer"] is False

    @override_settings(STAFF_NEED_SECOND_FACTOR=True)
    def test_may_with_a_second_factor(self, browser_of: Browser) -> None:
        answer = browser_of(USER, "support", amr=("pwd", "otp", "mfa")).get("/echo/").json()

        assert answer["may_administer"] is True
        assert answer["amr"] == ["mfa", "otp", "pwd"]

    @override_settings(STAFF_NEED_SECOND_FACTOR=True)
    def test_is_only_who_has_the_role(self, browser_of: Browser) -> None:
        assert browser_of(USER, "customer", amr=("swk", "mfa")).get("/echo/").json()["may_administer"] is False
