"""What can be done with files, with one module for each topic."""

from file_svc.files.services.removal import Removed, delete_file, delete_files, remove_deleted
from file_svc.files.services.sweeping import remove_strays, sweep_unfinished
from file_svc.files.services.uploads import Upload, copy_file, open_content, store_upload
from file_svc.files.services.variants import make_missing_variants, make_variants

__all__ = [
    "Removed",
    "Upload",
    "copy_file",
    "delete_file",
    "delete_files",
    "make_missing_variants",
    "make_variants",
    "open_content",
    "remove_deleted",
    "remove_strays",
    "store_upload",
    "sweep_unfinished",
]
