"""Which pictures a review shows, by what file_svc told of them before, meanwhile or never."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from common.errors import InvalidInput
from product_svc.reviews import services, tasks
from product_svc.reviews.models import Review
from tests.product_svc.factories import NOON, Somebody, file_deleted, file_stored, product
from tests.product_svc.races import together
from tests.product_svc.reviews.factories import SAYS, buyer_of, review

pytestmark = pytest.mark.django_db

ADA = UUID(int=2)
FILE = UUID(int=100)
LATER = NOON + timedelta(minutes=11)
Hear = Callable[..., bool]


@pytest.fixture
def ada() -> Somebody:
    """A buyer of the mug."""
    product("MUG")
    return buyer_of("MUG", user_id=ADA)


def say(author: Somebody, *images: UUID) -> Review:
    """A review with these pictures."""
    return services.post_review(author=author, key="mug", **SAYS, images=images, now=NOON)


def change(said: Review, **changes: Any) -> Review:
    """It, otherwise."""
    return services.change_review(
        editor=Somebody(said.author_id), key="mug", review_id=said.id, changes=changes, now=NOON
    )


def stored(file_id: UUID = FILE, **told: Any) -> Any:
    """The fact that Ada's picture for a review is in storage."""
    return file_stored(file_id, **{"owner_id": ADA, "purpose": "review_image", **told})


def shown(said: Review) -> list[UUID]:
    """Its pictures now."""
    return Review.objects.get(id=said.id).images


class TestKnown:
    def test_is_shown_when_nothing_speaks_against_it(self, hear: Hear, ada: Somebody) -> None:
        hear(stored())

        said = say(ada, FILE)

        assert shown(said) == [FILE]
        assert said.awaits_pictures_since is None

    @pytest.mark.parametrize(
        "told",
        [
            {"owner_id": uuid.uuid4()},
            {"content_type": "application/pdf", "purpose": "download"},
            {"purpose": "product_image"},
            {"visibility": "private"},
        ],
    )
    def test_is_refused_by_its_place(
        self, hear: Hear, ada: Somebody, client_of: Callable[..., Any], told: dict[str, Any]
    ) -> None:
        good, unknown = uuid.uuid4(), uuid.uuid4()
        hear(stored(good))
        hear(stored(**told))
        client, images = client_of(ADA, "customer"), [str(good), str(unknown), str(FILE)]

        posted = client.post("/api/v1/products/mug/reviews/", {**SAYS, "images": images})
        assert not Review.objects.exists()
        said = say(ada, good)
        changed = client.patch(f"/api/v1/products/mug/reviews/{said.id}/", {"images": images})

        assert (posted.status_code, changed.status_code) == (400, 400)
        assert list(posted.json()["errors"]) == list(changed.json()["errors"]) == ["images.2"]
        assert shown(said) == [good]

    def test_is_refused_when_it_was_deleted(self, hear: Hear, ada: Somebody) -> None:
        hear(file_deleted(FILE, owner_id=ADA))
        hear(stored())

        with pytest.raises(InvalidInput):
            say(ada, FILE)


class TestAwaited:
    def test_stays_when_its_fact_is_good(self, hear: Hear, ada: Somebody) -> None:
        said = say(ada, FILE)

        hear(stored())
        services.give_up_awaited_pictures(now=LATER)

        said.refresh_from_db()
        assert (said.images, said.version, said.awaits_pictures_since) == ([FILE], 1, None)

    @pytest.mark.parametrize(
        "told", [{"owner_id": uuid.uuid4()}, {"visibility": "private"}, {"purpose": "product_image"}]
    )
    def test_is_taken_off_when_its_fact_is_not(self, hear: Hear, ada: Somebody, told: dict[str, Any]) -> None:
        first, last = uuid.uuid4(), uuid.uuid4()
        said = say(ada, first, FILE, last)

        hear(stored(**told))

        assert shown(said) == [first, last]

    def test_is_judged_on_each_review_by_itself(self, hear: Hear, ada: Somebody) -> None:
        own, others = say(ada, FILE), say(buyer_of("MUG"), FILE)

        hear(stored())

        assert (shown(own), shown(others)) == ([FILE], [])

    def test_is_taken_off_when_nothing_is_ever_told(self, hear: Hear, ada: Somebody, caplog: Any) -> None:
        good = uuid.uuid4()
        hear(stored(good))
        said = say(ada, good, FILE)

        tasks.give_up_awaited_pictures()

        assert shown(said) == [good]
        assert "Nobody ever told of this file." in caplog.text

    def test_is_given_ten_minutes(self, ada: Somebody) -> None:
        said = say(ada, FILE)

        services.give_up_awaited_pictures(now=NOON + timedelta(minutes=9))

        assert shown(said) == [FILE]

    def test_is_awaited_no_longer_when_its_author_shows_others(self, hear: Hear, ada: Somebody) -> None:
        good = uuid.uuid4()
        hear(stored(good))

        assert change(say(ada, FILE), images=[good]).awaits_pictures_since is None


class TestDeleted:
    def test_is_taken_off_once(self, hear: Hear, ada: Somebody) -> None:
        hear(stored())
        other = uuid.uuid4()
        said = say(ada, FILE, other)

        for _ in range(2):
            hear(file_deleted(FILE, owner_id=ADA))

        said.refresh_from_db()
        assert (said.images, said.version) == ([other], 2)


class TestCost:
    @pytest.mark.parametrize("count", [1, 6])
    def test_does_not_grow_with_the_pictures(
        self, hear: Hear, ada: Somebody, django_assert_num_queries: Callable[[int], Any], count: int
    ) -> None:
        said = say(ada)
        files = [uuid.uuid4() for _ in range(count)]
        for file_id in files:
            hear(stored(file_id))

        with django_assert_num_queries(9):
            change(said, images=files)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_nothing_is_missed_between_placing_and_learning(self, hear: Hear) -> None:
        mug = product("MUG")
        for number in range(10):
            file_id, author = UUID(int=1000 + number), buyer_of("MUG")

            together(
                lambda file_id=file_id, author=author: review(mug, author=author, images=[file_id]),
                lambda file_id=file_id: hear(stored(file_id, visibility="private")),
            )

        assert not Review.objects.exclude(images=[]).exists()

    def test_a_change_brings_nothing_back(self, hear: Hear) -> None:
        product("MUG")
        ada = buyer_of("MUG", user_id=ADA)
        hear(stored())
        said = say(ada, FILE)

        together(lambda: change(said, title="Quieter now"), lambda: hear(file_deleted(FILE, owner_id=ADA)))

        said.refresh_from_db()
        assert (said.title, said.images, said.version) == ("Quieter now", [], 3)
