"""The storage is away at each step: it is said, nothing is half done, and once it is back everything heals."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from common import clock
from common.contracts import FileStored
from common.testing.plugin import Told
from file_svc.files import errors, services
from file_svc.files.adapters import object_store
from file_svc.files.adapters import pictures as adapter
from file_svc.files.models import FileVariant, Status, StoredFile
from file_svc.files.services import variants
from tests.file_svc import factories, pictures
from tests.file_svc.conftest import Objects
from tests.file_svc.weir import Weir

pytestmark = pytest.mark.django_db

FILES = "/api/v1/files/"
MANUAL = b"%PDF-1.7" + bytes(2**20)


@pytest.fixture
def owner(client_of: Any) -> APIClient:
    """The one whose files the factories make."""
    return client_of(factories.OWNER, "seller")


def send(client: APIClient, content: bytes) -> Any:
    return client.post(FILES, {"file": SimpleUploadedFile("manual.pdf", content)}, format="multipart")


def is_put_off(response: Any) -> bool:
    """A problem that says to come again."""
    problem = response.json()
    return (response.status_code, problem["code"]) == (503, "unavailable") and int(response["Retry-After"]) > 0


def clear_up() -> None:
    """What the clock does in the next hours."""
    later = clock.now() + timedelta(hours=2)
    services.sweep_unfinished(now=later)
    services.remove_deleted()
    services.remove_strays(now=later)


@pytest.fixture(autouse=True)
def nothing_is_left(objects: Objects) -> Iterator[None]:
    """In the end each object has its row, and each row its object."""
    yield
    clear_up()
    rows = {*StoredFile.objects.values_list("key", flat=True), *FileVariant.objects.values_list("key", flat=True)}
    assert objects.all_keys() == rows


class TestUpload:
    def test_before_a_byte_is_sent(self, owner: APIClient, weir: Weir, told: Told) -> None:
        weir.is_open = False
        assert is_put_off(send(owner, MANUAL))
        assert not told

        weir.is_open = True
        assert send(owner, MANUAL).status_code == 201
        assert len(told) == 1

    def test_in_the_middle(self, owner: APIClient, weir: Weir, told: Told) -> None:
        weir.sends = len(MANUAL) // 2

        assert is_put_off(send(owner, MANUAL))

        assert [file.status for file in StoredFile.objects.all()] == [Status.STORING]
        assert not told
        weir.sends = None
        assert send(owner, MANUAL).status_code == 201

    def test_after_the_last_byte(self, owner: APIClient, weir: Weir, told: Told) -> None:
        weir.answers = 0

        assert is_put_off(send(owner, MANUAL))

        assert not StoredFile.objects.filter(status=Status.STORED).exists()
        assert not told
        weir.answers = None


class TestContent:
    def test_before_a_byte_came(self, owner: APIClient, weir: Weir) -> None:
        file = factories.stored(MANUAL, name="manual.pdf")
        weir.is_open = False
        assert is_put_off(owner.get(f"{FILES}{file.id}/content/"))

        weir.is_open = True
        assert b"".join(owner.get(f"{FILES}{file.id}/content/").streaming_content) == MANUAL

    def test_in_the_middle_breaks_the_answer_off(self, owner: APIClient, weir: Weir) -> None:
        file = factories.stored(MANUAL, name="manual.pdf")
        weir.answers = 400_000
        response = owner.get(f"{FILES}{file.id}/content/")

        with pytest.raises(errors.StorageUnavailable):
            b"".join(response.streaming_content)

        assert response["Content-Length"] == str(len(MANUAL))
        weir.answers = None


class TestDelete:
    def test_needs_no_storage(self, owner: APIClient, weir: Weir, objects: Objects) -> None:
        file, other = factories.stored(), factories.stored()
        weir.is_open = False

        assert owner.delete(f"{FILES}{file.id}/").status_code == 204
        assert owner.post(f"{FILES}bulk-delete/", {"ids": [str(other.id)]}).status_code == 200
        with pytest.raises(errors.StorageUnavailable):
            services.remove_deleted()

        weir.is_open = True
        assert {file.key, other.key} <= objects.all_keys()
        assert services.remove_deleted() == 2
        assert not {file.key, other.key} & objects.all_keys()


class TestCopy:
    def test_is_put_off(self, owner: APIClient, weir: Weir, told: Told) -> None:
        file = factories.stored()
        weir.is_open = False
        assert is_put_off(owner.post(f"{FILES}{file.id}/copy/"))
        assert len(told) == 1

        weir.is_open = True
        assert owner.post(f"{FILES}{file.id}/copy/").status_code == 201
        assert len(told) == 2


class TestVariants:
    @pytest.mark.parametrize("step", ["get", "put"])
    def test_are_tried_again(self, weir: Weir, told: Told, hear: Any, step: str) -> None:
        file = factories.stored(pictures.png(900, 900))
        (fact,) = told.named(FileStored)
        weir.is_open = step != "get"
        weir.sends = 3000 if step == "put" else None
        with pytest.raises(errors.StorageUnavailable):
            hear(fact, fact_id=uuid.uuid4())
        assert not file.variants.exists()

        weir.is_open, weir.sends = True, None
        hear(fact, fact_id=uuid.uuid4())
        assert file.variants.count() == 3

    def test_are_made_by_the_clock_when_every_attempt_failed(self, weir: Weir) -> None:
        file, young, text = factories.stored(), factories.stored(), factories.stored(b"text", name="a.txt")
        broken = factories.stored(pictures.undecodable())
        long_ago = clock.now() - timedelta(hours=1)
        StoredFile.objects.exclude(id=young.id).update(created_at=long_ago)
        weir.is_open = False
        with pytest.raises(errors.StorageUnavailable):
            services.make_missing_variants(now=clock.now())

        weir.is_open = True
        assert services.make_missing_variants(now=clock.now()) == 2
        assert services.make_missing_variants(now=clock.now()) == 0
        assert [each.variants.count() for each in (file, young, text, broken)] == [3, 0, 0, 0]

    def test_of_others_are_made_when_the_content_of_one_is_lost(self, weir: Weir) -> None:
        lost, file = factories.stored(), factories.stored()
        StoredFile.objects.update(created_at=clock.now() - timedelta(hours=1))
        object_store.delete([lost.key])

        services.make_missing_variants(now=clock.now())

        lost.refresh_from_db()
        assert (file.variants.count(), lost.variants_problem) == (3, "Its content is lost.")
        assert services.make_missing_variants(now=clock.now()) == 0
        lost.delete()

    def test_of_others_are_made_when_one_takes_too_long(self, weir: Weir, monkeypatch: pytest.MonkeyPatch) -> None:
        files = [factories.stored(), factories.stored()]
        StoredFile.objects.update(created_at=clock.now() - timedelta(hours=1))
        trouble, render = iter([adapter.RenderingInterrupted("it was ended")]), adapter.render

        def render_the_second(*order: Any, **more: Any) -> Any:
            for error in trouble:
                raise error
            return render(*order, **more)

        monkeypatch.setattr(adapter, "render", render_the_second)

        assert services.make_missing_variants(now=clock.now()) == 1
        assert sorted(file.variants.count() for file in files) == [0, 3]

    def test_of_others_get_their_turn_though_one_takes_too_long_each_time(
        self, weir: Weir, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slow, *others = [factories.stored() for _ in range(3)]
        StoredFile.objects.update(created_at=clock.now() - timedelta(hours=1))
        long_ago = clock.now() - timedelta(hours=2)
        StoredFile.objects.filter(id=slow.id).update(created_at=long_ago, content_type="image/webp")
        monkeypatch.setattr(variants, "_MADE_AT_ONCE", 1)
        render = adapter.render

        def render_the_others(content: Any, content_type: str, **more: Any) -> Any:
            if content_type == "image/webp":
                raise adapter.RenderingInterrupted("it was ended")
            return render(content, content_type, **more)

        monkeypatch.setattr(adapter, "render", render_the_others)

        made = [services.make_missing_variants(now=clock.now()) for _ in range(4)]

        assert made == [0, 1, 1, 0]
        assert [file.variants.count() for file in (slow, *others)] == [0, 3, 3]


def test_uploads_leave_no_files_behind(owner: APIClient, weir: Weir, tmp_path: Any, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    weir.is_open = False

    send(owner, MANUAL)
    send(owner, pictures.photo_with_secrets())

    assert list(tmp_path.iterdir()) == []
    weir.is_open = True
