"""The routes of files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller, caller_id
from common.api.idempotency.keys import read_key
from common.api.operations import ETAG, IF_NONE_MATCH, LOCATION, OPTIONAL_KEY, Content, Header, operation, page_of
from common.api.pagination import NewestFirst
from common.api.permissions import Anyone, ReadOnly, SignedIn
from common.errors import Forbidden, NotFound
from file_svc.files import errors, selectors, services
from file_svc.files.api import links
from file_svc.files.api.content import content_answer
from file_svc.files.api.parsers import UploadParser, require_length
from file_svc.files.api.serializers import (
    BulkDeleteInput,
    ContentQuery,
    FileFilters,
    FileOutput,
    RemovedOutput,
    UploadInput,
)
from file_svc.files.models import StoredFile

_RANGE = Header(name="Range", description="One part of the content, as in RFC 9110: 206.", example="bytes=0-1023")


class Files(APIView):
    """GET lists the caller's files, POST uploads a file."""

    permission_classes = [SignedIn]
    parser_classes = [UploadParser]

    @operation(query=FileFilters, gives=page_of(FileOutput), refuses=[Forbidden])
    def get(self, request: Request) -> Response:
        person_id, pages = caller_id(request), NewestFirst()
        wanted = FileFilters.of(request.query_params.dict())
        files = selectors.files_of(
            owner_id=wanted.pop("owner", person_id), person_id=person_id, is_staff=caller(request).is_staff, **wanted
        )
        page = pages.paginate_queryset(files, request, view=self)
        return _kept_private(pages.get_paginated_response(FileOutput(page, many=True).data))

    @operation(
        takes=UploadInput,
        gives=FileOutput,
        status=201,
        refuses=[
            errors.LengthRequired,
            errors.TooLarge,
            errors.UnsupportedType,
            errors.PictureTooLarge,
            errors.BrokenPicture,
            errors.StorageUnavailable,
        ],
        headers=[OPTIONAL_KEY],
        marks=[LOCATION],
    )
    def post(self, request: Request) -> Response:
        require_length(request)
        body = UploadInput.of(request.data)
        file = services.store_upload(
            owner_id=caller_id(request),
            upload=_upload(body["file"]),
            purpose=body.get("purpose"),
            visibility=body.get("visibility"),
            key=_key(request),
        )
        return _answer(file, status=201)


class File(APIView):
    """GET returns a file's metadata, DELETE deletes a file."""

    permission_classes = [ReadOnly | SignedIn]

    @operation(gives=FileOutput)
    def get(self, request: Request, file_id: UUID) -> Response:
        viewer = caller(request)
        file = selectors.file_seen_by(file_id=file_id, person_id=viewer.id, is_staff=viewer.is_staff)
        return _answer(file)

    @operation()
    def delete(self, request: Request, file_id: UUID) -> Response:
        services.delete_file(file_id=file_id, person_id=caller_id(request), is_staff=caller(request).is_staff)
        return Response(status=204)


class FileCopy(APIView):
    """POST copies a file to a new one that belongs to the caller."""

    permission_classes = [SignedIn]

    @operation(
        gives=FileOutput, status=201, refuses=[errors.StorageUnavailable], headers=[OPTIONAL_KEY], marks=[LOCATION]
    )
    def post(self, request: Request, file_id: UUID) -> Response:
        file = services.copy_file(
            file_id=file_id, person_id=caller_id(request), is_staff=caller(request).is_staff, key=_key(request)
        )
        return _answer(file, status=201)


class BulkDelete(APIView):
    """POST deletes several of the caller's files, and returns the result for each."""

    name = "Deletion of several files"
    permission_classes = [SignedIn]

    @operation(takes=BulkDeleteInput, gives=RemovedOutput)
    def post(self, request: Request) -> Response:
        ids = BulkDeleteInput.of(request.data)["ids"]
        is_staff = caller(request).is_staff
        removed = services.delete_files(file_ids=ids, person_id=caller_id(request), is_staff=is_staff)
        return Response(RemovedOutput(removed).data)


class AnyAccept(BaseContentNegotiation):
    """Ignores ``Accept``: a file has one content type, whatever the client prefers."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class FileContent(APIView):
    """GET downloads a file, or a picture in one of its sizes."""

    permission_classes = [Anyone]
    content_negotiation_class = AnyAccept
    renderer_classes = [JSONRenderer]

    @operation(
        query=ContentQuery,
        gives=Content,
        or_statuses=[206],
        refuses=[errors.InvalidLink, errors.RangeNotSatisfiable, errors.StorageUnavailable],
        headers=[IF_NONE_MATCH, _RANGE],
        marks=[ETAG],
    )
    def get(self, request: Request, file_id: UUID) -> HttpResponseBase:
        file = self._readable_file(request, file_id)
        content = selectors.content_of(file, variant=request.query_params.get("variant"))
        return content_answer(request, file, content)

    def _readable_file(self, request: Request, file_id: UUID) -> StoredFile:
        """A file that the caller may see or has a link to. A bad link is refused alike if there is no such file."""
        viewer = caller(request)
        try:
            return selectors.file_seen_by(file_id=file_id, person_id=viewer.id, is_staff=viewer.is_staff)
        except NotFound:
            if not links.is_one(request.query_params):
                raise
        links.require_valid(request.query_params, file_id, now=clock.now())
        return selectors.file_opened_by_link(file_id)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, errors.RangeNotSatisfiable):
            response["Content-Range"] = f"bytes */{exc.size}"
        return response


def _key(request: Request) -> str | None:
    """The ``Idempotency-Key``, if there is one. Raises KeyMissing for an invalid one."""
    header = request.headers.get("Idempotency-Key")
    return None if header is None else read_key(header)


def _answer(file: StoredFile, *, status: int = 200) -> Response:
    """A file in JSON. That of a private one must not be cached: its links are for this caller, and expire."""
    response = Response(FileOutput(file).data, status=status)
    if status == HTTPStatus.CREATED:
        response["Location"] = urljoin(settings.PUBLIC_URL, reverse("file", args=[file.id]))
    return response if file.is_public else _kept_private(response)


def _kept_private(response: Response) -> Response:
    response["Cache-Control"] = "private, no-store"
    return response


def _upload(file: Any) -> services.Upload:
    return services.Upload(
        file=file.file, name=file.name, claimed_type=file.content_type, size=file.size, sha256=file.sha256
    )
