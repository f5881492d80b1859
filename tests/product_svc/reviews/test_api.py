"""Reviews over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common.contracts import ReviewPosted
from product_svc.catalog import services as catalog
from product_svc.reviews.models import Review
from tests.product_svc.factories import Somebody, product
from tests.product_svc.reviews.factories import SAYS, buyer_of, review

pytestmark = pytest.mark.django_db

SELLER = Somebody(uuid.UUID(int=1))
ADA = uuid.UUID(int=2)
REVIEWS = "/api/v1/products/mug/reviews/"
Client = Callable[..., Any]


@pytest.fixture(autouse=True)
def mug() -> Any:
    """What is reviewed."""
    return product("MUG", author=SELLER)


@pytest.fixture
def ada(client_of: Client, mug: Any) -> Any:
    """A buyer of the mug."""
    buyer_of("MUG", user_id=ADA)
    return client_of(ADA, "customer", name="Ada Lovelace")


def rating_of(client: Any) -> Any:
    """What the shop says that buyers think."""
    return client.get("/api/v1/products/mug/").json()["rating"]


class TestPost:
    def test_answers_with_what_everybody_sees(self, ada: Any, visitor: Any, settings: Any) -> None:
        settings.PUBLIC_URL = "https://shop.example"
        file_id = str(uuid.uuid4())

        answer = ada.post(REVIEWS, {**SAYS, "images": [file_id]})

        shown = answer.json()
        content = f"https://shop.example/api/v1/files/{file_id}/content/?variant="
        assert answer.status_code == 201
        assert shown == {
            "id": str(Review.objects.get().id),
            **SAYS,
            "images": [{"id": file_id, **{size: f"{content}{size}" for size in ("thumb", "medium", "large")}}],
            "author": "Ada L.",
            "created_at": shown["created_at"],
        }
        assert visitor.get(REVIEWS).json() == {"next": None, "previous": None, "results": [shown]}

    def test_counts_in_the_summary(self, ada: Any, visitor: Any, mug: Any) -> None:
        ada.post(f"/api/v1/products/{mug.id}/reviews/", {**SAYS, "rating": 5})
        review(mug, rating=2)

        assert rating_of(visitor) == {"average": 3.5, "count": 2}

    def test_tells_the_others(self, ada: Any, mug: Any, told: Any) -> None:
        shown = ada.post(REVIEWS, {**SAYS, "body": "x" * 5_000}).json()

        assert told.named(ReviewPosted) == [
            ReviewPosted(
                version=1,
                review_id=shown["id"],
                product_id=str(mug.id),
                product_title="Mug",
                product_slug="mug",
                seller_id=str(SELLER.id),
                customer_id=str(ADA),
                author="Ada L.",
                rating=4,
                title="Loud, and good",
                excerpt="x" * 279 + "…",
            )
        ]

    def test_keeps_text_as_it_is_written(self, ada: Any) -> None:
        says = {"title": "<b>Good</b>", "body": "<script>alert('π ❤')</script>\n\nSecond & last."}

        shown = ada.post(REVIEWS, {**SAYS, **says}).json()

        assert shown.items() >= says.items()

    def test_is_for_those_who_bought(self, client_of: Client, told: Any) -> None:
        product("POT", title="Pot")
        buyer_of("POT", user_id=ADA)

        answer = client_of(ADA, "customer").post(REVIEWS, SAYS)

        assert (answer.status_code, answer.json()["code"]) == (403, "not_bought")
        assert not told.named(ReviewPosted)

    def test_is_not_for_the_seller(self, client_of: Client) -> None:
        buyer_of("MUG", user_id=SELLER.id)

        answer = client_of(SELLER.id, "seller").post(REVIEWS, SAYS)

        assert (answer.status_code, answer.json()["code"]) == (403, "own_product")

    def test_comes_once_from_each(self, ada: Any, visitor: Any, told: Any) -> None:
        ada.post(REVIEWS, SAYS)

        answer = ada.post(REVIEWS, {**SAYS, "rating": 1})

        assert (answer.status_code, answer.json()["code"]) == (409, "already_reviewed")
        assert rating_of(visitor) == {"average": 4.0, "count": 1}
        assert len(told.named(ReviewPosted)) == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            *(({"rating": rating}, "rating") for rating in (0, 6, -1, 4.5, 4.0, "5", True, None, [], {}, 10**30)),
            ({"title": ""}, "title"),
            ({"title": " \n"}, "title"),
            ({"title": None}, "title"),
            ({"title": 7}, "title"),
            ({"title": "x" * 121}, "title"),
            ({"title": "a\x00b"}, "title"),
            ({"title": "two\nlines"}, "title"),
            ({"body": ""}, "body"),
            ({"body": "\t"}, "body"),
            ({"body": None}, "body"),
            ({"body": ["Good"]}, "body"),
            ({"body": "x" * 5_001}, "body"),
            ({"body": "a\x00b"}, "body"),
            ({"body": "written \u202ebackwards"}, "body"),
            ({"images": "mug.png"}, "images"),
            ({"images": None}, "images"),
            ({"images": {"0": "a"}}, "images"),
            ({"images": ["mug.png"]}, "images.0"),
            ({"images": [7]}, "images.0"),
            ({"images": [None]}, "images.0"),
            ({"images": [str(uuid.uuid4())] * 7}, "images"),
        ],
    )
    def test_names_what_is_bad(self, ada: Any, changes: dict[str, Any], field: str) -> None:
        answer = ada.post(REVIEWS, {**SAYS, **changes})

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [field]
        assert not Review.objects.exists()

    @pytest.mark.parametrize("field", SAYS)
    def test_misses_what_is_not_there(self, ada: Any, field: str) -> None:
        answer = ada.post(REVIEWS, {name: value for name, value in SAYS.items() if name != field})

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [field]

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", "null", "7", '{"rating": NaN}', '{"\\ud800": 1}', "[" * 100_000]
    )
    def test_refuses_what_is_no_object(self, ada: Any, content: str) -> None:
        assert ada.generic("POST", REVIEWS, content, content_type="application/json").status_code == 400

    def test_takes_the_longest_there_may_be(self, ada: Any) -> None:
        says = {"title": "é" * 120, "body": "é" * 5_000, "images": [str(uuid.uuid4()) for _ in range(6)]}

        assert ada.post(REVIEWS, {**SAYS, **says}).status_code == 201


class TestList:
    def test_is_newest_first_from_page_to_page(self, visitor: Any, mug: Any) -> None:
        for number in range(5):
            review(mug, title=f"{number}")

        first = visitor.get(REVIEWS, {"page_size": 3}).json()
        second = visitor.get(first["next"]).json()

        assert [item["title"] for page in (first, second) for item in page["results"]] == ["4", "3", "2", "1", "0"]
        assert second["next"] is None

    def test_shows_one_rating_alone(self, visitor: Any, mug: Any) -> None:
        for rating in (5, 1, 5):
            review(mug, rating=rating)

        shown = visitor.get(REVIEWS, {"rating": 5}).json()["results"]

        assert [item["rating"] for item in shown] == [5, 5]
        assert visitor.get(REVIEWS, {"rating": 3}).json()["results"] == []

    def test_shows_nothing_of_other_products(self, visitor: Any) -> None:
        review(product("POT", title="Pot"), author=buyer_of("POT"))

        assert visitor.get(REVIEWS).json()["results"] == []

    @pytest.mark.parametrize("count", [1, 20])
    def test_costs_the_same_however_much_it_shows(
        self, visitor: Any, mug: Any, django_assert_num_queries: Callable[[int], Any], count: int
    ) -> None:
        for _ in range(count):
            review(mug, images=[uuid.uuid4()])

        with django_assert_num_queries(2):
            assert len(visitor.get(REVIEWS).json()["results"]) == count

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("rating", rating) for rating in ("0", "6", "4.5", "five", "", "9" * 400)),
            ("page_size", "0"),
            ("cursor", "nonsense"),
        ],
    )
    def test_names_what_is_bad(self, visitor: Any, name: str, value: str) -> None:
        answer = visitor.get(REVIEWS, {name: value})

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [name]


class TestChange:
    def test_changes_what_is_given_and_nothing_else(self, ada: Any, visitor: Any, mug: Any) -> None:
        address = f"{REVIEWS}{ada.post(REVIEWS, SAYS).json()['id']}/"
        review(mug, rating=5)

        answer = ada.patch(address, {"rating": 1, "images": [str(uuid.uuid4())]})

        shown = answer.json()
        assert (answer.status_code, shown["rating"], shown["body"]) == (200, 1, "It grinds.")
        assert len(shown["images"]) == 1
        assert rating_of(visitor) == {"average": 3.0, "count": 2}

    def test_tells_nobody(self, ada: Any, told: Any) -> None:
        address = f"{REVIEWS}{ada.post(REVIEWS, SAYS).json()['id']}/"

        ada.patch(address, {"title": "Quieter now"})

        assert len(told.named(ReviewPosted)) == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"rating": None}, "rating"),
            ({"rating": True}, "rating"),
            ({"rating": 6}, "rating"),
            ({"title": ""}, "title"),
            ({"body": None}, "body"),
            ({"images": [{}]}, "images.0"),
        ],
    )
    def test_names_what_is_bad(self, ada: Any, changes: dict[str, Any], field: str) -> None:
        address = f"{REVIEWS}{ada.post(REVIEWS, SAYS).json()['id']}/"

        answer = ada.patch(address, changes)

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [field]


class TestDelete:
    def test_takes_it_out_of_the_summary(self, ada: Any, visitor: Any, mug: Any) -> None:
        address = f"{REVIEWS}{ada.post(REVIEWS, SAYS).json()['id']}/"
        review(mug, rating=2)

        assert ada.delete(address).status_code == 204
        assert ada.delete(address).status_code == 404

        assert rating_of(visitor) == {"average": 2.0, "count": 1}

    def test_makes_room_for_another(self, ada: Any, visitor: Any) -> None:
        ada.delete(f"{REVIEWS}{ada.post(REVIEWS, SAYS).json()['id']}/")
        assert rating_of(visitor) == {"average": None, "count": 0}

        assert ada.post(REVIEWS, SAYS).status_code == 201


class TestWhoMay:
    """Each route, each kind of person."""

    @pytest.mark.parametrize(
        ("method", "of_one", "body", "expected"),
        [
            ("get", False, None, [200, 200, 200, 200, 200, 200]),
            ("post", False, SAYS, [401, 403, 201, 409, 403, 403]),
            ("patch", True, {"rating": 1}, [401, 403, 403, 200, 403, 403]),
            ("delete", True, None, [401, 403, 403, 204, 403, 204]),
        ],
    )
    def test_do_what(
        self, client_of: Client, mug: Any, method: str, of_one: bool, body: Any, expected: list[int]
    ) -> None:
        author, buyer = buyer_of(), buyer_of()
        people = [
            client_of(),
            client_of(uuid.uuid4(), "customer"),
            client_of(buyer.id, "customer"),
            client_of(author.id, "customer"),
            client_of(SELLER.id, "seller"),
            client_of(uuid.uuid4(), "support"),
        ]

        answers = []
        for client in people:  # each finds the author's review there, whoever took it away before
            one = Review.objects.filter(author_id=author.id).first() or review(mug, author=author)
            address = f"{REVIEWS}{one.id}/" if of_one else REVIEWS
            answers.append(getattr(client, method)(address, body).status_code)

        assert answers == expected

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_come_only_through_the_gateway(self, client: Any, method: str) -> None:
        assert getattr(client, method)(REVIEWS, headers={"X-User-Id": str(ADA)}).status_code == 401

    def test_see_what_is_said_of_a_product_that_is_not_shown(self, ada: Any, client_of: Client, visitor: Any) -> None:
        one = f"{REVIEWS}{ada.post(REVIEWS, SAYS).json()['id']}/"
        catalog.archive_product(editor=SELLER, key="mug")

        people = [visitor, ada, client_of(SELLER.id, "seller"), client_of(uuid.uuid4(), "support")]
        assert [client.get(REVIEWS).status_code for client in people] == [404, 404, 200, 200]
        answers = [ada.post(REVIEWS, SAYS), ada.patch(one, {"rating": 1}), ada.delete(one)]
        assert [answer.status_code for answer in answers] == [404, 404, 404]


class TestUnknown:
    @pytest.mark.parametrize("key", ["nothing", str(uuid.uuid4()), "%20", "a" * 500, "%E2%98%83"])
    def test_product_is_not_found(self, ada: Any, key: str) -> None:
        address = f"/api/v1/products/{key}/reviews/"

        assert [ada.get(address).status_code, ada.post(address, SAYS).status_code] == [404, 404]

    @pytest.mark.parametrize("review_id", [str(uuid.uuid4()), "7", "../etc", "x" * 300])
    def test_review_is_not_found(self, ada: Any, review_id: str) -> None:
        assert ada.delete(f"{REVIEWS}{review_id}/").status_code == 404

    def test_review_of_another_product_is_not_found(self, ada: Any) -> None:
        pot = product("POT", title="Pot")
        of_pot = review(pot, author=buyer_of("POT", user_id=ADA))

        assert ada.patch(f"{REVIEWS}{of_pot.id}/", {"rating": 1}).status_code == 404
