"""Where files answer, below ``/api/v1/files/``."""

from django.urls import path

from file_svc.files.api import views

urlpatterns = [
    path("", views.Files.as_view(), name="files"),
    path("bulk-delete/", views.BulkDelete.as_view(), name="files-bulk-delete"),
    path("<uuid:file_id>/", views.File.as_view(), name="file"),
    path("<uuid:file_id>/content/", views.FileContent.as_view(), name="file-content"),
    path("<uuid:file_id>/copy/", views.FileCopy.as_view(), name="file-copy"),
]
