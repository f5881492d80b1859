"""The app of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Stored files and the smaller sizes of pictures."""

    name = "file_svc.files"
