"""What happens by the clock."""

import pytest

from file_svc.config.celery import app
from file_svc.config.schedule import SCHEDULE
from file_svc.files import services, tasks
from file_svc.files.models import Status, StoredFile
from tests.file_svc import factories

# A task begins with a database connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


class TestSchedule:
    def test_names_tasks_that_there_are(self) -> None:
        assert {tasks.sweep_unfinished.name, tasks.remove_deleted.name} <= set(SCHEDULE)
        assert set(SCHEDULE) <= set(app.tasks)

    def test_removes_what_was_deleted_and_nothing_else(self) -> None:
        kept, deleted = factories.stored(), factories.stored()
        services.delete_file(file_id=deleted.id, person_id=factories.OWNER, is_staff=False)

        tasks.sweep_unfinished()
        tasks.remove_deleted()

        assert StoredFile.objects.get().id == kept.id
        assert StoredFile.objects.get().status == Status.STORED
