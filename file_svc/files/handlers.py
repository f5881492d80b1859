"""What file_svc does when it hears a fact."""

from uuid import UUID

from common.contracts import FileStored
from common.events.subscriptions import subscribe
from file_svc.files import services


@subscribe(FileStored, outside=True)
def make_variants_when_file_stored(fact: FileStored) -> None:
    """Pictures get their smaller sizes."""
    services.make_variants(file_id=UUID(fact.file_id))
