"""Keeping, deleting, sweeping files, and making the smaller sizes of pictures."""

from datetime import timedelta

import pytest

from common import clock
from common.contracts import FileStored
from common.errors import Forbidden, InvalidInput, NotFound
from common.testing.plugin import Told
from file_svc.files import errors, events, selectors, services
from file_svc.files.models import FileVariant, Status, StoredFile, variant_keys
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


class TestDeleteFile:
    def test_hides_it_at_once_and_removes_it_soon(self, objects: Objects) -> None:
        file = factories.stored()
        services.make_variants(file_id=file.id)

        services.delete_file(file_id=file.id, person_id=factories.OWNER, is_staff=False)

        with pytest.raises(NotFound):
            selectors.file_seen_by(file_id=file.id, person_id=factories.OWNER, is_staff=True)
        assert services.remove_deleted() == 1
        assert not {key for key in objects.all_keys() if str(file.id) in key}
        assert not StoredFile.objects.exists()
        assert not FileVariant.objects.exists()

    def test_is_the_owners_and_the_staffs(self) -> None:
        public, secret = factories.stored(), factories.stored_secret()

        with pytest.raises(Forbidden):
            services.delete_file(file_id=public.id, person_id=factories.STRANGER, is_staff=False)
        with pytest.raises(NotFound):
            services.delete_file(file_id=secret.id, person_id=factories.STRANGER, is_staff=False)
        services.delete_file(file_id=secret.id, person_id=factories.STRANGER, is_staff=True)


class TestRemoveDeleted:
    def test_keeps_the_row_until_the_objects_are_gone(self, request: pytest.FixtureRequest) -> None:
        file = factories.stored()
        services.delete_file(file_id=file.id, person_id=factories.OWNER, is_staff=False)
        request.getfixturevalue("storage_away")

        with pytest.raises(errors.StorageUnavailable):
            services.remove_deleted()

        assert StoredFile.objects.filter(id=file.id).exists()


class TestSweepUnfinished:
    def test_gives_up_what_was_cut_off_but_not_what_goes_on(self, objects: Objects) -> None:
        cut_off, going_on, done = factories.stored(), factories.stored(), factories.stored()
        StoredFile.objects.filter(id__in=[cut_off.id, going_on.id]).update(status=Status.STORING)
        now = clock.now() + timedelta(minutes=30)
        StoredFile.objects.filter(id=cut_off.id).update(created_at=now - timedelta(minutes=61))

        assert services.sweep_unfinished(now=now) == 1
        services.remove_deleted()

        assert set(StoredFile.objects.values_list("id", flat=True)) == {going_on.id, done.id}
        assert cut_off.key not in objects.all_keys()
        assert {going_on.key, done.key} <= objects.all_keys()

    def test_an_upload_that_comes_too_late_is_not_stored(self, monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
        save = services.object_store.save

        def slow_save(*args: object, **kwargs: object) -> None:
            save(*args, **kwargs)
            services.sweep_unfinished(now=clock.now() + timedelta(hours=2))

        monkeypatch.setattr(services.object_store, "save", slow_save)

        with pytest.raises(errors.StorageUnavailable):
            factories.stored()

        assert [file.status for file in StoredFile.objects.all()] == [Status.DELETED]
        assert not told


class TestMakeVariants:
    def test_makes_every_size_once_however_often_it_is_asked(self, objects: Objects) -> None:
        file = factories.stored(pictures.jpeg(1500, 1000))

        services.make_variants(file_id=file.id)
        services.make_variants(file_id=file.id)

        variants = {variant.name: variant for variant in FileVariant.objects.all()}
        assert {name: (each.width, each.height) for name, each in variants.items()} == {
            "thumb": (200, 133),
            "medium": (600, 400),
            "large": (1200, 800),
        }
        for variant in variants.values():
            assert len(objects.bytes_of(variant.key)) == variant.size

    def test_notes_why_a_picture_is_broken(self) -> None:
        file = factories.stored(pictures.jpeg(800, 600)[:2000])

        services.make_variants(file_id=file.id)

        file.refresh_from_db()
        assert "truncated" in file.variants_problem
        assert set(file.variants_by_name().values()) == {None}

    def test_does_not_blame_the_picture_for_a_busy_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        file = factories.stored()
        monkeypatch.setattr(services.pictures, "RENDER_TIMEOUT_SECONDS", 0.01)

        with pytest.raises(services.pictures.RenderingInterrupted):
            services.make_variants(file_id=file.id)

        file.refresh_from_db()
        assert file.variants_problem == ""

    def test_leaves_documents_alone(self) -> None:
        file = factories.stored_secret()

        services.make_variants(file_id=file.id)

        assert not FileVariant.objects.exists()

    def test_leaves_nothing_of_a_picture_deleted_meanwhile(
        self, objects: Objects, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = factories.stored()
        render = services.pictures.render

        def render_while_it_is_deleted(*args: object, **kwargs: object) -> object:
            services.delete_file(file_id=file.id, person_id=factories.OWNER, is_staff=False)
            services.remove_deleted()
            return render(*args, **kwargs)

        monkeypatch.setattr(services.pictures, "render", render_while_it_is_deleted)

        services.make_variants(file_id=file.id)

        assert not {key for key in objects.all_keys() if str(file.id) in key}

    def test_clears_up_after_an_attempt_that_was_cut_off(self, objects: Objects) -> None:
        file = factories.stored()
        services.make_variants(file_id=file.id)
        FileVariant.objects.all().delete()
        StoredFile.objects.all().delete()

        services.make_variants(file_id=file.id)

        assert not set(variant_keys(file.id).values()) & objects.all_keys()


class TestMakeVariantsWhenFileStored:
    def test_hears_the_fact(self, hear: object, told: Told) -> None:
        file = factories.stored()
        (fact,) = told.named(FileStored)

        assert hear(fact)

        assert file.variants.count() == 3
