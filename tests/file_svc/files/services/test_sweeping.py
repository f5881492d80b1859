"""Clearing up what was cut off."""

from datetime import timedelta

import pytest

from common import clock
from common.testing.plugin import Told
from file_svc.files import errors, services
from file_svc.files.adapters import object_store
from file_svc.files.models import Status, StoredFile
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
