"""A keyed request is done once, whatever happens to the client's connection."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

USER = uuid.UUID("6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a11")


@pytest.fixture
def client(client_of: Callable[..., Any]) -> Any:
    return client_of(USER, "customer")


@pytest.mark.django_db
class TestIdempotent:
    def test_answers_a_repetition_with_the_first_answer(self, client: Any) -> None:
        first = client.post("/keyed/", {"a": 1, "b": 2}, HTTP_IDEMPOTENCY_KEY="key-1")
        again = client.post("/keyed/", {"b": 2, "a": 1}, HTTP_IDEMPOTENCY_KEY='"key-1"')

        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert "Idempotent-Replayed" not in first
        assert again["Idempotent-Replayed"] == "true"

    def test_refuses_the_key_for_another_body(self, client: Any) -> None:
        client.post("/keyed/", {"a": 1}, HTTP_IDEMPOTENCY_KEY="key-1")
        other = client.post("/keyed/", {"a": 2}, HTTP_IDEMPOTENCY_KEY="key-1")

        assert other.status_code == 422
        assert other.json()["code"] == "idempotency_key_reused"

    def test_keeps_the_keys_of_two_people_apart(self, client: Any, client_of: Callable[..., Any]) -> None:
        mine = client.post("/keyed/", {}, HTTP_IDEMPOTENCY_KEY="key-1").json()
        yours = client_of(uuid.uuid4()).post("/keyed/", {}, HTTP_IDEMPOTENCY_KEY="key-1").json()

        assert mine != yours

    def test_does_not_remember_a_refusal(self, client: Any) -> None:
        assert client.post("/keyed/", {"refuse": True}, HTTP_IDEMPOTENCY_KEY="key-1").status_code == 409
        assert client.post("/keyed/", {"refuse": False}, HTTP_IDEMPOTENCY_KEY="key-1").status_code == 201

    @pytest.mark.parametrize("key", ["", "with space", "ü", "x" * 256, '""', '"open'])
    def test_needs_a_key_of_visible_ascii(self, client: Any, key: str) -> None:
        response = client.post("/keyed/", {}, HTTP_IDEMPOTENCY_KEY=key.encode().decode("latin-1"))

        expected = 201 if key == '"open' else 400
        assert response.status_code == expected

    def test_refuses_a_body_that_is_no_object_before_it_claims_the_key(self, client: Any) -> None:
        response = client.generic("POST", "/keyed/", b"{", content_type="application/json", HTTP_IDEMPOTENCY_KEY="k1")

        assert response.status_code == 400


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_twenty_at_once_do_it_once(self, client_of: Callable[..., Any]) -> None:
        answers: list[Any] = []

        def post() -> None:
            answers.append(client_of(USER).post("/keyed/", {"a": 1}, HTTP_IDEMPOTENCY_KEY="same").json())
            connection.close()

        threads = [threading.Thread(target=post) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(answers) == 20
        assert all(answer == answers[0] for answer in answers)
