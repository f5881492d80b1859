"""What is known of files, whatever order it is told in."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta

import pytest

from common.contracts import FileDeleted, FileStored
from product_svc.pictures import selectors, services
from product_svc.pictures.models import Picture
from product_svc.pictures.selectors import Verdict
from tests.product_svc.factories import NOON, file_deleted, file_stored

pytestmark = pytest.mark.django_db

FILE, OWNER = uuid.UUID(int=1), uuid.UUID(int=2)


def verdict(file_id: uuid.UUID = FILE) -> Verdict:
    """What can be said of it as a product's picture."""
    return selectors.verdicts([file_id], wanted_for="product_image")[file_id]


def learn(fact: FileStored | FileDeleted) -> bool:
    """Hear one of the two."""
    if isinstance(fact, FileStored):
        return services.keep_picture(file=fact)
    return services.bury_picture(file=fact)


class TestLearning:
    def test_keeps_what_is_told(self) -> None:
        assert learn(file_stored(FILE, owner_id=OWNER, width=640, height=480))

        picture = Picture.objects.get(file_id=FILE)
        assert (picture.owner_id, picture.width, picture.height) == (OWNER, 640, 480)
        assert verdict() == Verdict(is_known=True, owner_id=OWNER)

    @pytest.mark.parametrize("order", list(itertools.permutations(["stored", "deleted", "stored", "deleted"])))
    def test_ends_with_what_is_gone(self, order: tuple[str, ...]) -> None:
        facts = {"stored": file_stored(FILE, owner_id=OWNER), "deleted": file_deleted(FILE, owner_id=OWNER)}

        for name in order:
            learn(facts[name])

        assert verdict() == Verdict(is_known=True, owner_id=OWNER, flaw="This file was deleted.")

    def test_learns_nothing_twice(self) -> None:
        fact = file_stored(FILE, owner_id=OWNER)

        assert [learn(fact), learn(fact)] == [True, False]


class TestVerdicts:
    @pytest.mark.parametrize(
        ("told", "flaw"),
        [
            ({}, None),
            ({"content_type": "application/pdf", "purpose": "invoice"}, "This file is not a picture."),
            ({"purpose": "avatar"}, "This picture was uploaded for another purpose than product_image."),
            ({"visibility": "private"}, "This picture is private."),
        ],
    )
    def test_name_the_flaw(self, told: dict[str, str], flaw: str | None) -> None:
        learn(file_stored(FILE, owner_id=OWNER, **told))

        assert verdict().flaw == flaw

    def test_say_nothing_of_what_is_unknown(self) -> None:
        services.hold_pictures([FILE], now=NOON)

        assert verdict() == verdict(uuid.uuid4()) == Verdict()


class TestForgetting:
    def test_leaves_what_is_known_or_was_wanted_lately(self) -> None:
        known, lately = uuid.uuid4(), uuid.uuid4()
        services.hold_pictures([FILE, known], now=NOON)
        services.hold_pictures([lately], now=NOON + timedelta(hours=1))
        learn(file_stored(known, owner_id=OWNER))

        services.forget_unheard(before=NOON + timedelta(minutes=1))

        assert set(Picture.objects.values_list("file_id", flat=True)) == {known, lately}
