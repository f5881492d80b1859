"""POST /api/v1/files/."""

import hashlib
import io
import re
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.wsgi import get_wsgi_application
from django.db import connections
from PIL import Image
from rest_framework.test import APIClient

from common.api.assertion import HEADER
from common.testing.plugin import Told, sign_assertion
from file_svc.files import rules
from file_svc.files.models import Status, StoredFile, Visibility
from tests.file_svc import factories, pictures

pytestmark = pytest.mark.django_db

FILES = "/api/v1/files/"
BOUNDARY = "frontier"


def send(client: APIClient, content: bytes, name: str = "mug.png", **fields: str) -> Any:
    """Upload as a browser does."""
    return client.post(FILES, {"file": SimpleUploadedFile(name, content), **fields}, format="multipart")


def send_body(client: APIClient, body: bytes, **headers: Any) -> Any:
    """Upload a form written by hand."""
    headers["CONTENT_TYPE"] = f"multipart/form-data; boundary={BOUNDARY}"
    return client.generic("POST", FILES, body, content_type=headers["CONTENT_TYPE"], **headers)


def part(content: bytes, disposition: str = 'name="file"; filename="mug.png"', *lines: str) -> bytes:
    """One part of such a form."""
    head = "\r\n".join([f"--{BOUNDARY}", f"Content-Disposition: form-data; {disposition}", *lines, "", ""])
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def test_the_page_offers_what_can_be_chosen(owner: APIClient) -> None:
    page = owner.get(FILES, HTTP_ACCEPT="text/html").content.decode()

    form = page.partition('data-api-method="POST"')[2]
    assert set(re.findall(r"<option>(\w+)</option>", form)) == {*rules.PURPOSES, *Visibility.values}


def refused(response: Any, status: int, code: str, field: str | None = None) -> bool:
    """It is a problem answer with this code, about this field, and nothing was kept."""
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert response["Content-Type"] == "application/problem+json"
    assert not StoredFile.objects.exists()
    return field is None or field in problem["errors"]


class TestUpload:
    def test_answers_with_what_is_known(self, owner: APIClient, told: Told) -> None:
        content = pictures.png()

        response = send(owner, content, name="a mug.png")

        file = response.json()
        url = f"http://127.0.0.1:8000/api/v1/files/{file['id']}/content/"
        assert response.status_code == 201
        assert response["Location"].endswith(f"/api/v1/files/{file['id']}/")
        assert {name: file[name] for name in file if name not in {"id", "created_at"}} == {
            "url": url,
            "name": "a mug.png",
            "content_type": "image/png",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "purpose": "product_image",
            "visibility": "public",
            "width": 64,
            "height": 48,
            "variants": {"thumb": None, "medium": None, "large": None},
        }
        assert len(told) == 1

    def test_takes_documents_privately(self, owner: APIClient) -> None:
        file = send(owner, b"sku,stock\n", name="stock.csv").json()

        assert (file["purpose"], file["visibility"], file["content_type"]) == ("download", "private", "text/csv")
        assert file["variants"] is None

    def test_does_not_believe_the_client(self, owner: APIClient) -> None:
        content = SimpleUploadedFile("page.html", pictures.jpeg(), content_type="text/html")

        response = owner.post(FILES, {"file": content}, format="multipart")

        assert response.json()["content_type"] == "image/jpeg"

    def test_needs_somebody_signed_in(self, visitor: APIClient) -> None:
        assert refused(send(visitor, pictures.png()), 401, "not_authenticated")

    def test_needs_the_gateway(self) -> None:
        assert refused(send(APIClient(), pictures.png()), 401, "authentication_failed")


class TestRefusals:
    @pytest.mark.parametrize(
        "content", [b"<!doctype html><script>alert(1)</script>", b"PK\x03\x04" + bytes(100), b"\x00\x01", b"a text"]
    )
    def test_what_is_called_a_picture_and_is_none(self, owner: APIClient, content: bytes) -> None:
        assert refused(send(owner, content, name="mug.png"), 415, "unsupported_type", "file")

    def test_what_a_browser_might_run(self, owner: APIClient) -> None:
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

        assert refused(send(owner, svg, name="mug.svg", purpose="download"), 415, "unsupported_type", "file")

    def test_ten_thousand_frames(self, owner: APIClient) -> None:
        assert refused(send(owner, pictures.film(10_000), name="x.gif"), 400, "picture_too_large", "file")

    def test_a_flood_of_pixels(self, owner: APIClient) -> None:
        assert refused(send(owner, pictures.flood()), 400, "picture_too_large", "file")

    def test_a_picture_that_breaks_off(self, owner: APIClient) -> None:
        assert refused(send(owner, pictures.png()[:60]), 400, "broken_picture", "file")

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
    def test_a_picture_that_lacks_its_last_percent(self, owner: APIClient, form: str) -> None:
        content = pictures.encoded(pictures.drawn(800, 600), form)

        assert refused(send(owner, content[: len(content) * 99 // 100]), 400, "broken_picture", "file")

    @pytest.mark.parametrize(
        ("purpose", "content"),
        [("avatar", pictures.png() + bytes(5 * 2**20)), ("invoice", b"%PDF-1.7" + bytes(10 * 2**20))],
    )
    def test_what_is_too_large_for_its_purpose(self, owner: APIClient, purpose: str, content: bytes) -> None:
        assert refused(send(owner, content, purpose=purpose), 413, "too_large", "file")

    def test_a_picture_that_is_too_large(self, owner: APIClient) -> None:
        assert refused(send(owner, pictures.png() + bytes(10 * 2**20)), 413, "too_large", "file")

    def test_a_body_that_is_too_large_without_reading_it(self, owner: APIClient) -> None:
        response = send_body(owner, b"", CONTENT_LENGTH=str(200 * 2**20))

        assert refused(response, 413, "too_large", "file")

    def test_an_empty_file(self, owner: APIClient) -> None:
        assert refused(send_body(owner, part(b"") + END), 400, "invalid", "file")

    @pytest.mark.parametrize(
        "body",
        [
            END,
            part(b"product_image", 'name="purpose"') + END,
            part(b"just text", 'name="file"') + END,
            part(pictures.png(), 'name="file"; filename=""') + END,
            part(pictures.png(), 'name="file"; filename="../"') + END,
        ],
    )
    def test_no_file(self, owner: APIClient, body: bytes) -> None:
        assert refused(send_body(owner, body), 400, "invalid", "file")

    def test_two_files(self, owner: APIClient) -> None:
        assert refused(send_body(owner, part(pictures.png()) * 2 + END), 400, "invalid", "file")

    def test_a_file_under_another_name(self, owner: APIClient) -> None:
        body = part(pictures.png(), 'name="picture"; filename="x.png"') + END

        assert refused(send_body(owner, body), 400, "invalid", "picture")

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"purpose": "world_domination"}, "purpose"),
            ({"purpose": "x" * 1000}, "purpose"),
            ({"visibility": "secret"}, "visibility"),
            ({"purpose": "x\x00"}, "purpose"),
        ],
    )
    def test_a_bad_field(self, owner: APIClient, fields: dict[str, str], field: str) -> None:
        assert refused(send(owner, pictures.png(), **fields), 400, "invalid", field)

    def test_a_document_that_is_to_be_public(self, owner: APIClient) -> None:
        response = send(owner, b"%PDF-1.7", purpose="invoice", visibility="public")

        assert refused(response, 400, "invalid", "visibility")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"x",
            part(pictures.png()),
            part(pictures.png())[:100],
            (part(pictures.png()) + END)[:-4],
            part(b"x" * 2_000_000, 'name="purpose"') + END,
            b"".join(part(b"", f'name="{number}"') for number in range(1100)) + END,
            part(b"!", 'name="file"; filename="x.png"', "Content-Transfer-Encoding: base64") + END,
            part(b"x", "name=\"file\"; filename*=nonsense''x.png") + END,
        ],
    )
    def test_a_form_that_is_cut_off_or_malformed(self, owner: APIClient, body: bytes) -> None:
        response = send_body(owner, body)

        assert response.status_code == 400
        assert refused(response, 400, response.json()["code"])

    @pytest.mark.parametrize(
        "content_type", ["multipart/form-data", "multipart/form-data; boundary=\xe4", "multipart/x"]
    )
    def test_a_form_without_a_boundary(self, owner: APIClient, content_type: str) -> None:
        response = owner.generic("POST", FILES, part(pictures.png()) + END, content_type=content_type)

        assert response.status_code in {400, 415}
        assert refused(response, response.status_code, response.json()["code"])

    def test_a_client_that_goes_away(self, owner: APIClient) -> None:
        class Gone(io.BytesIO):
            def read(self, *_args: Any) -> bytes:
                raise OSError("connection reset")

        response = send_body(owner, part(pictures.png()), **{"wsgi.input": Gone()})

        assert refused(response, 400, "malformed")

    def test_a_body_of_unknown_length(self, owner: APIClient) -> None:
        response = send_body(owner, b"", HTTP_TRANSFER_ENCODING="chunked")

        assert refused(response, 411, "length_required")

    def test_json(self, owner: APIClient) -> None:
        assert refused(owner.post(FILES, {"file": "x"}, format="json"), 415, "unsupported_media_type")


class TestPicturesWithSecrets:
    def test_are_stored_without_them(self, owner: APIClient, told: Told) -> None:
        photo = pictures.photo_with_secrets(400, 300) + b"<script>alert(1)</script>"

        answer = send(owner, photo, name="home.jpg").json()

        content = b"".join(owner.get(answer["url"]).streaming_content)
        assert answer["size"] == len(content) < len(photo)
        assert answer["sha256"] == hashlib.sha256(content).hexdigest()
        assert (answer["width"], answer["height"]) == (300, 400)
        with Image.open(io.BytesIO(content)) as picture:
            assert dict(picture.getexif()) == {pictures.ORIENTATION: pictures.ROTATED_CLOCKWISE}
        assert b"taken at home" not in content
        assert b"script" not in content
        (fact,) = told
        assert (fact.width, fact.height, fact.size, fact.sha256) == (300, 400, len(content), answer["sha256"])


class TestNames:
    @pytest.mark.parametrize(
        ("disposition", "name"),
        [
            ('filename="../../etc/passwd.png"', "passwd.png"),
            ('filename="C:\\\\x\\\\mug.png"', "mug.png"),
            ("filename*=UTF-8''caf%C3%A9%00.png", "café.png"),
            ("filename*=UTF-8''%E2%80%AEgnp.exe", "gnp.exe"),
            ("filename*=UTF-8''a%0D%0ASet-Cookie:%20x.png", "aSet-Cookie: x.png"),
            (f'filename="{"n" * 400}.png"', "n" * 251 + ".png"),
            ('filename="mug\x00.png"', "mug.png"),
            ('filename="CON.png"', "CON.png"),
        ],
    )
    def test_are_made_harmless(self, owner: APIClient, disposition: str, name: str) -> None:
        file = send_body(owner, part(pictures.png(), f'name="file"; {disposition}') + END).json()

        assert file["name"] == name
        response = owner.get(f"{FILES}{file['id']}/content/")
        assert b"".join(response.streaming_content) == pictures.png()


class TestStorageAway:
    @pytest.mark.usefixtures("storage_away")
    def test_is_said_and_nothing_is_stored(self, owner: APIClient, told: Told) -> None:
        response = send(owner, pictures.png())

        assert (response.status_code, response.json()["code"]) == (503, "unavailable")
        assert response["Retry-After"]
        assert not StoredFile.objects.filter(status=Status.STORED).exists()
        assert not told


@contextmanager
def one_request_served() -> Iterator[tuple[str, int]]:
    """Where the service itself answers on a socket, once."""

    def serve() -> None:
        server.handle_request()
        connections.close_all()

    with make_server("127.0.0.1", 0, get_wsgi_application()) as server:
        serving = threading.Thread(target=serve)
        serving.start()
        yield ("127.0.0.1", server.server_port)
        serving.join()


class TestCutOff:
    @pytest.mark.django_db(transaction=True)
    def test_at_99_percent_keeps_nothing(self, settings: Any, tmp_path: Path) -> None:
        settings.FILE_UPLOAD_TEMP_DIR = tmp_path
        statement = sign_assertion(audience="file_svc", user_id=factories.OWNER, roles=())
        body = part(b"%PDF-1.7" + bytes(2**20), 'name="file"; filename="manual.pdf"') + END
        head = (
            f"POST {FILES} HTTP/1.1\r\nHost: localhost\r\n{HEADER}: {statement}\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nConnection: close\r\n\r\n"
        )
        with one_request_served() as address, socket.create_connection(address) as client:
            client.sendall(head.encode() + body[: len(body) * 99 // 100])
            client.shutdown(socket.SHUT_WR)
            with client.makefile("rb") as answer:
                status = answer.readline()

        assert b" 400 " in status
        assert not StoredFile.objects.exists()
        assert list(tmp_path.iterdir()) == []


class TestMemory:
    def test_stays_flat_whatever_the_size(self, owner: APIClient) -> None:
        send(owner, b"%PDF-1.7", name="first.pdf")
        content = b"%PDF-1.7" + bytes(25 * 2**20 - 8)
        body = io.BytesIO(part(content, 'name="file"; filename="manual.pdf"') + END)
        tracemalloc.start()

        response = send_body(owner, b"", **{"wsgi.input": body, "CONTENT_LENGTH": str(len(body.getbuffer()))})

        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert response.json()["size"] == len(content)
        assert peak_bytes < 4 * 2**20


def test_owner_is_who_the_gateway_says(stranger: APIClient) -> None:
    file = send(stranger, pictures.png(), owner_id=str(factories.OWNER)).json()

    assert StoredFile.objects.get(id=file["id"]).owner_id == factories.STRANGER
