"""What is refused before a view is asked, or without one foreseeing it."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


class TestProblemAnswers:
    def test_refuses_more_parameters_than_django_reads(self, visitor: Any) -> None:
        response = visitor.get("/echo/?" + "&".join(f"a={number}" for number in range(2_000)))

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "malformed"

    def test_says_which_methods_a_plain_view_takes(self, visitor: Any) -> None:
        response = visitor.post("/plain/")

        assert response.status_code == 405
        assert response["Content-Type"] == "application/problem+json"
        assert response["Allow"] == "GET, HEAD"
