"""Every refusal and every fault is a problem (RFC 9457)."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


class TestProblems:
    def test_names_each_bad_field_by_its_path(self, visitor: Any) -> None:
        response = visitor.post("/echo/", {"items": [{"quantity": 1}, {"quantity": 0}]})

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        body = response.json()
        assert list(body["errors"]) == ["items.1.quantity"]
        assert body["code"] == "invalid"
        assert body["request_id"] == response["X-Request-ID"]
        assert {"type", "title", "status", "detail"} <= set(body)

    def test_says_of_a_whole_what_is_wrong_with_the_whole(self, visitor: Any) -> None:
        response = visitor.post("/echo/", {"items": "none"})

        assert list(response.json()["errors"]) == ["items"]

    @pytest.mark.parametrize(
        "price",
        [
            "19.99",
            {"amount": "1e309", "currency": "USD"},
            {"amount": "1.001", "currency": "USD"},
            {"amount": "1", "currency": "XXQ"},
            {"amount": True, "currency": "USD"},
            {"amount": "-1", "currency": "USD"},
            {"amount": "NaN", "currency": "USD"},
            {"amount": "9" * 100_000, "currency": "USD"},
            {"amount": "1", "currency": ["USD"]},
        ],
    )
    def test_refuses_what_is_not_money(self, visitor: Any, price: object) -> None:
        response = visitor.post("/echo/", {"items": [{"quantity": 1, "price": price}]})

        assert response.status_code == 400
        assert list(response.json()["errors"]) == ["items.0.price"]

    @pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[" * 200_000, b'{"items": NaN}'])
    def test_refuses_what_is_not_json(self, visitor: Any, body: bytes) -> None:
        response = visitor.generic("POST", "/echo/", body, content_type="application/json")

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("path", ["/failing/domain/", "/private/"])
    def test_is_shown_to_a_browser_as_the_page_that_it_is(self, visitor: Any, path: str) -> None:
        response = visitor.get(path, HTTP_ACCEPT="text/html")

        assert response.status_code in {401, 409}
        assert response["Content-Type"].startswith("text/html")
        assert b"urn:opencommerce:problem:" in response.content

    def test_is_json_for_who_takes_nothing_that_we_have(self, visitor: Any) -> None:
        response = visitor.get("/echo/", HTTP_ACCEPT="image/png")

        assert response.status_code == 406
        assert response["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("form", ["xml", "nothing-that-there-is"])
    def test_a_form_that_there_is_not_is_406_too(self, visitor: Any, form: str) -> None:
        response = visitor.get(f"/echo/?format={form}")

        assert response.status_code == 406
        assert response["Content-Type"] == "application/problem+json"

    def test_another_media_type_is_415(self, visitor: Any) -> None:
        response = visitor.generic("POST", "/echo/", b"<a/>", content_type="application/xml")

        assert response.status_code == 415
        assert response.json()["code"] == "unsupported_media_type"

    def test_a_body_beyond_the_limit_is_413(self, visitor: Any, settings: Any) -> None:
        body = b'"' + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"'

        response = visitor.generic("POST", "/echo/", body, content_type="application/json")

        assert response.status_code == 413
        assert response.json()["code"] == "too_large"

    def test_an_unknown_path_is_a_problem(self, visitor: Any) -> None:
        response = visitor.get("/nowhere/")

        assert response.status_code == 404
        assert response.json()["code"] == "not_found"

    @pytest.mark.parametrize("path", ["/echo/\x00/", "/echo/?search=%00"])
    def test_a_nul_character_is_refused(self, visitor: Any, path: str) -> None:
        assert visitor.get(path).status_code == 400

    def test_a_domain_refusal_has_its_code_and_its_docstring(self, visitor: Any) -> None:
        response = visitor.get("/failing/domain/")

        assert response.status_code == 409
        assert response.json()["code"] == "too_late"
        assert response.json()["detail"] == "It is too late for that."

    def test_a_domain_refusal_may_have_members_of_its_own(self, visitor: Any) -> None:
        body = visitor.get("/failing/domain/").json()

        assert body["until"] == "noon"
        assert body["status"] == 409

    def test_what_is_asked_too_often_is_429_with_a_time_to_come_back(self, visitor: Any) -> None:
        response = visitor.get("/failing/often/")

        assert response.status_code == 429
        assert response.json()["code"] == "too_many_requests"
        assert response["Retry-After"] == "7"

    def test_a_database_that_is_away_is_503_with_a_time_to_come_back(self, visitor: Any) -> None:
        response = visitor.get("/failing/database/")

        assert response.status_code == 503
        assert response["Retry-After"] == "1"

    def test_a_bug_shows_nothing_of_itself(self, visitor: Any) -> None:
        visitor.raise_request_exception = False
        response = visitor.get("/failing/bug/")

        assert response.status_code == 500
        assert response.json()["code"] == "internal_error"
        assert b"secret" not in response.content

    def test_a_method_that_is_not_there_is_405(self, visitor: Any) -> None:
        assert visitor.delete("/echo/").json()["code"] == "method_not_allowed"
