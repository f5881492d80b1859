"""The routes that the tests of common call: one of each kind of answer."""

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.parsers import FileUploadParser, FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.admin.urls import urls as admin_urls
from common.api import permissions
from common.api.authentication import caller
from common.api.idempotency.services import idempotent
from common.api.operations import KEY, operation, page_of
from common.api.serializers import Input, MoneyField
from common.errors import DomainError, TooManyRequests
from common.observability import correlation, health


class TooLate(DomainError):
    """It is too late for that."""

    code = "too_late"

    @property
    def members(self) -> dict[str, Any]:
        return {"until": "noon", "status": "never shown"}


class ItemInput(Input):
    """One line of a basket."""

    quantity = serializers.IntegerField(min_value=1, max_value=1000)
    price = MoneyField(required=False)


class BasketInput(Input):
    """Lines."""

    items = ItemInput(many=True)


class Echo(APIView):
    """Says who asks; POST checks a body."""

    permission_classes = [permissions.Anyone]

    def get(self, request: Request) -> Response:
        person, names = caller(request), correlation.current()
        return Response(
            {
                "id": person.id,
                "roles": sorted(person.roles),
                "amr": sorted(person.amr),
                "is_browser": person.is_browser,
                "may_administer": person.may_administer,
                "traceparent": names.traceparent,
            }
        )

    def post(self, request: Request) -> Response:
        return Response({"lines": len(BasketInput.of(request.data)["items"])}, status=201)


class Form(APIView):
    """Takes what the browsable API's forms send."""

    parser_classes = [FormParser, MultiPartParser]

    def post(self, request: Request) -> Response:
        return Response({"said": request.data["said"]})


class Upload(APIView):
    """Reads its body by itself, as it comes."""

    parser_classes = [FileUploadParser]

    def post(self, request: Request, filename: str) -> Response:
        return Response({"size": request.data["file"].size})


class Private(APIView):
    """Says nothing of permissions, so it asks for somebody signed in."""

    def get(self, _request: Request) -> Response:
        return Response({})


class Failing(APIView):
    """Fails in the way that the path names."""

    permission_classes = [permissions.Anyone]
    faults: dict[str, Exception] = {
        "domain": TooLate(),
        "often": TooManyRequests(retry_after_seconds=7),
        "database": OperationalError("connection refused"),
        "bug": RuntimeError("secret inside"),
    }

    def get(self, _request: Request, how: str) -> Response:
        raise self.faults[how]


class Keyed(APIView):
    """Counts how often it is really done."""

    done = 0

    @idempotent("test.keyed")
    def post(self, request: Request) -> Response:
        if request.data.get("refuse"):
            raise TooLate
        type(self).done += 1
        return Response({"done": type(self).done}, status=201)


class PotInput(Input):
    """A pot."""

    example = {"name": "blue <b>"}

    name = serializers.CharField()


class PotFilter(Input):
    """Which pots."""

    colour = serializers.ChoiceField(choices=["blue", "red"], required=False)


class PotOutput(serializers.Serializer[Any]):
    """A pot."""

    name = serializers.CharField()


class Pots(APIView):
    """GET lists pots, POST keeps a pot, DELETE breaks them all."""

    permission_classes = [permissions.ReadOnly | permissions.Staff]

    @operation(query=PotFilter, gives=page_of(PotOutput))
    def get(self, request: Request) -> Response:
        there = request.build_absolute_uri
        return Response(
            {
                "next": there("/pots/?cursor=n"),
                "previous": None,
                "results": [{"name": "<script>alert(1)</script>", "elsewhere": "http://other.example/"}],
            },
            headers={"Cache-Control": "public, no-cache"},
        )

    @operation(takes=PotInput, gives=PotOutput, status=201, headers=[KEY])
    def post(self, request: Request) -> Response:
        return Response(PotInput.of(request.data), status=201)

    @operation()
    def delete(self, _request: Request) -> Response:
        return Response(status=204)


class PotPictureInput(Input):
    """The fields of a form."""

    file = serializers.FileField()
    purpose = serializers.CharField(required=False, help_text="What it is for.")


class PotPictures(APIView):
    """POST keeps a picture."""

    name = "Pictures of a pot"
    parser_classes = [MultiPartParser]

    @operation(takes=PotPictureInput)
    def post(self, request: Request) -> Response:
        return Response(status=204)


@require_safe
def plain(_request: HttpRequest) -> HttpResponse:
    """One of Django's own views, which know nothing of problems."""
    return HttpResponse()


urlpatterns: list[Any] = [
    *health.urls(),
    *admin_urls(),
    path("echo/", Echo.as_view()),
    path("form/", Form.as_view()),
    path("upload/<filename>", Upload.as_view()),
    path("private/", Private.as_view()),
    path("failing/<how>/", Failing.as_view()),
    path("keyed/", Keyed.as_view()),
    path("plain/", plain),
    path("pots/", Pots.as_view()),
    path("pots/pictures/", PotPictures.as_view()),
]
