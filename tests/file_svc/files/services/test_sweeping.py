"""Clearing up what was cut off."""

from datetime import timedelta
from uuid import uuid4

import pytest

from common import clock
from common.testing.plugin import Told
from file_svc.files import errors, services
from file_svc.files.adapters import object_store
from file_svc.files.models import Status, StorageSweep, StoredFile, original_key, variant_keys
from file_svc.files.services import sweeping
from tests.file_svc import factories
from tests.file_svc.conftest import Objects

pytestmark = pytest.mark.django_db


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
        save = object_store.save

        def slow_save(*args: object, **kwargs: object) -> None:
            save(*args, **kwargs)
            services.sweep_unfinished(now=clock.now() + timedelta(hours=2))

        monkeypatch.setattr(object_store, "save", slow_save)

        with pytest.raises(errors.StorageUnavailable):
            factories.stored()

        assert [file.status for file in StoredFile.objects.all()] == [Status.DELETED]
        assert not told


class TestRemoveStrays:
    def test_removes_what_no_row_knows(self, objects: Objects) -> None:
        kept, going_on = factories.stored(), factories.stored()
        services.make_variants(file_id=kept.id)
        StoredFile.objects.filter(id=going_on.id).update(status=Status.STORING)
        strays = {"stray.txt", original_key(uuid4()), variant_keys(going_on.id)["thumb"]}
        for key in strays:
            with factories.on_disk(b"lost") as file:
                object_store.save(key, file, content_type="text/plain")

        services.remove_strays(now=clock.now())
        assert strays <= objects.all_keys()

        assert services.remove_strays(now=clock.now() + timedelta(minutes=31)) >= len(strays)
        assert objects.all_keys() == {kept.key, going_on.key, *variant_keys(kept.id).values()}

    def test_goes_on_where_it_stopped(self, objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sweeping, "_PAGES_A_RUN", 1)
        later = clock.now() + timedelta(hours=1)
        services.remove_strays(now=later)
        services.remove_strays(now=later)
        for key in ("a", "b", "c"):
            with factories.on_disk(b"lost") as file:
                object_store.save(key, file, content_type="text/plain")

        StorageSweep.objects.update(position="b")
        services.remove_strays(now=later)
        assert {"a", "b", "c"} & objects.all_keys() == {"a", "b"}

        services.remove_strays(now=later)  # there is nothing more: it begins anew
        services.remove_strays(now=later)
        assert not {"a", "b", "c"} & objects.all_keys()

    def test_never_removes_a_row(self) -> None:
        file = factories.stored()
        object_store.delete([file.key])

        services.remove_strays(now=clock.now() + timedelta(days=1))
        services.sweep_unfinished(now=clock.now() + timedelta(days=1))
        services.remove_deleted()

        assert StoredFile.objects.get().status == Status.STORED
