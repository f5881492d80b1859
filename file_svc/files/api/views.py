"""The routes of files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.authentication import caller, caller_id
from common.api.permissions import Anyone, ReadOnly, SignedIn
from file_svc.files import errors, selectors, services
from file_svc.files.api.content import content_answer
from file_svc.files.api.parsers import UploadParser, require_length
from file_svc.files.api.serializers import FileOutput, UploadInput


class Files(APIView):
    """POST keeps a file."""

    permission_classes = [SignedIn]
    parser_classes = [UploadParser]

    def post(self, request: Request) -> Response:
        require_length(request)
        body = UploadInput.of(request.data)
        file = services.store_upload(
            owner_id=caller_id(request),
            upload=_upload(body["file"]),
            purpose=body.get("purpose"),
            visibility=body.get("visibility"),
        )
        output = FileOutput(file).data
        return Response(output, status=201, headers={"Location": request.build_absolute_uri(f"{file.id}/")})


class File(APIView):
    """GET tells what is known of a file, DELETE removes it."""

    permission_classes = [ReadOnly | SignedIn]

    def get(self, request: Request, file_id: UUID) -> Response:
        viewer = caller(request)
        file = selectors.file_seen_by(file_id=file_id, person_id=viewer.id, is_staff=viewer.is_staff)
        return Response(FileOutput(file).data)

    def delete(self, request: Request, file_id: UUID) -> Response:
        services.delete_file(file_id=file_id, person_id=caller_id(request), is_staff=caller(request).is_staff)
        return Response(status=204)


class AnyAccept(BaseContentNegotiation):
    """A file is what it is, whatever the client would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class FileContent(APIView):
    """GET sends a file, or a picture in a size."""

    permission_classes = [Anyone]
    content_negotiation_class = AnyAccept
    renderer_classes = [JSONRenderer]

    def get(self, request: Request, file_id: UUID) -> HttpResponseBase:
        viewer = caller(request)
        file = selectors.file_seen_by(file_id=file_id, person_id=viewer.id, is_staff=viewer.is_staff)
        content = selectors.content_of(file, variant=request.query_params.get("variant"))
        return content_answer(request, file, content)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, errors.RangeNotSatisfiable):
            response["Content-Range"] = f"bytes */{exc.size}"
        return response


def _upload(file: Any) -> services.Upload:
    return services.Upload(
        file=file.file, name=file.name, claimed_type=file.content_type, size=file.size, sha256=file.sha256
    )
