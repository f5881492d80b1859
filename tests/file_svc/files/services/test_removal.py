"""Deleting files."""

import pytest

from common.errors import Forbidden, NotFound
from file_svc.files import errors, selectors, services
from file_svc.files.models import FileVariant, StoredFile
from tests.file_svc import factories
from tests.file_svc.conftest import Objects

pytestmark = pytest.mark.django_db


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
