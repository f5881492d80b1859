"""Receiving and copying files."""

import pytest

from common.errors import InvalidInput
from common.testing.plugin import Told
from file_svc.files import errors, events
from file_svc.files.models import Status, StoredFile
from tests.file_svc import factories, pictures
from tests.file_svc.conftest import Objects

pytestmark = pytest.mark.django_db


class TestStoreUpload:
    def test_keeps_the_bytes_and_tells_the_others(self, told: Told, objects: Objects) -> None:
        file = factories.stored(pictures.png())

        assert file.status == Status.STORED
        assert (file.width, file.height) == (64, 48)
        assert objects.bytes_of(file.key) == pictures.png()
        assert told == [events.file_stored(file)]

    def test_never_uses_the_clients_name_as_a_key(self) -> None:
        file = factories.stored(name="../../etc/passwd")

        assert file.key == f"{file.id.hex[:2]}/{file.id}/original"

    @pytest.mark.parametrize(
        ("content", "purpose", "refusal"),
        [
            (b"<html>", None, errors.UnsupportedType),
            (b"PK\x03\x04", "avatar", errors.UnsupportedType),
            (b"sku\n", "invoice", errors.UnsupportedType),
            (pictures.png(), "import", errors.UnsupportedType),
            (pictures.png(), "nothing", InvalidInput),
            (pictures.flood(), None, errors.PictureTooLarge),
            (pictures.png()[:50], None, errors.BrokenPicture),
            (pictures.png() + bytes(10 * 2**20), None, errors.TooLarge),
        ],
    )
    def test_leaves_nothing_of_what_it_refuses(
        self, content: bytes, purpose: str | None, refusal: type[Exception], told: Told
    ) -> None:
        with pytest.raises(refusal):
            factories.stored(content, purpose=purpose)

        assert not StoredFile.objects.exists()
        assert not told

    @pytest.mark.usefixtures("storage_away")
    def test_stores_nothing_while_the_storage_is_away(self, told: Told) -> None:
        with pytest.raises(errors.StorageUnavailable):
            factories.stored()

        assert [file.status for file in StoredFile.objects.all()] == [Status.STORING]
        assert not told
