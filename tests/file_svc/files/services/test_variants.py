"""Making the smaller sizes of pictures."""

import errno
from pathlib import Path

import pytest

from common.contracts import FileStored
from common.testing.plugin import Told
from file_svc.files import errors, services
from file_svc.files.adapters import object_store
from file_svc.files.adapters import pictures as codec
from file_svc.files.models import FileVariant, StoredFile, variant_keys
from tests.file_svc import factories, pictures
from tests.file_svc.conftest import Objects

pytestmark = pytest.mark.django_db


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
        file = factories.stored(pictures.undecodable())

        services.make_variants(file_id=file.id)

        file.refresh_from_db()
        assert file.variants_problem
        assert not file.awaits_variants
        assert set(file.variants_by_name().values()) == {None}

    def test_does_not_blame_the_picture_for_a_busy_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        file = factories.stored()
        monkeypatch.setattr(codec, "RENDER_TIMEOUT_SECONDS", 0.01)

        with pytest.raises(codec.RenderingInterrupted):
            services.make_variants(file_id=file.id)

        file.refresh_from_db()
        assert file.variants_problem == ""

    def test_hangs_up_when_the_picture_finds_no_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        file = factories.stored()
        contents: list[object_store.Pieces] = []

        def find_no_room(content: object_store.Pieces, *_: str, **__: Path) -> list[codec.Rendered]:
            contents.append(content)
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(codec, "render", find_no_room)

        with pytest.raises(OSError, match="No space"):
            services.make_variants(file_id=file.id)

        (content,) = contents
        with pytest.raises(errors.StorageUnavailable):
            next(content)

    def test_leaves_documents_alone(self) -> None:
        file = factories.stored_secret()

        services.make_variants(file_id=file.id)

        assert not FileVariant.objects.exists()

    def test_leaves_nothing_of_a_picture_deleted_meanwhile(
        self, objects: Objects, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = factories.stored()
        render = codec.render

        def render_while_it_is_deleted(*args: object, **kwargs: object) -> object:
            services.delete_file(file_id=file.id, person_id=factories.OWNER, is_staff=False)
            services.remove_deleted()
            return render(*args, **kwargs)

        monkeypatch.setattr(codec, "render", render_while_it_is_deleted)

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
