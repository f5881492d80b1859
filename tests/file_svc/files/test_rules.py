"""What may be uploaded."""

import pytest

from common.errors import InvalidInput
from file_svc.config import settings
from file_svc.files import errors, rules
from tests.file_svc import pictures

ZIP = b"PK\x03\x04\x14\x00\x00\x00"


class TestContentTypeOf:
    @pytest.mark.parametrize(
        ("head", "name", "content_type"),
        [
            (pictures.png(), "x", "image/png"),
            (pictures.jpeg(), "x.png", "image/jpeg"),
            (pictures.gif(), "x.txt", "image/gif"),
            (pictures.webp(), "x", "image/webp"),
            (b"%PDF-1.7\n", "x.csv", "application/pdf"),
            (ZIP, "x.png", "application/zip"),
            (b"sku,stock\n1,2\n", "stock.CSV", "text/csv"),
            (b'[{"a": 1}]', "x.json", "application/json"),
            ("\ufeffgrüße\n".encode(), "x", "text/plain"),
        ],
    )
    def test_is_decided_by_the_content(self, head: bytes, name: str, content_type: str) -> None:
        assert rules.content_type_of(head, name=name) == content_type

    @pytest.mark.parametrize(
        "head",
        [
            b"<!doctype html><script>alert(1)</script>",
            b"\xef\xbb\xbf \n<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"<?xml version='1.0'?>",
            b"\x7fELF\x02\x01\x01\x00",
            b"text\x00more",
            b"\xff\xfe<\x00h\x00",
            b"RIFF\x00\x00\x00\x00WAVE",
        ],
    )
    def test_is_none_for_what_nobody_needs(self, head: bytes) -> None:
        assert rules.content_type_of(head, name="picture.png") is None

    def test_does_not_mind_a_character_that_is_cut_in_two(self) -> None:
        head = ("a" * (rules.HEAD_BYTES - 1) + "ü").encode()[: rules.HEAD_BYTES]

        assert rules.content_type_of(head, name="x.txt") == "text/plain"


class TestPurposeOf:
    @pytest.mark.parametrize(
        ("content_type", "name", "claimed_type", "purpose"),
        [
            ("image/png", "x", "", "product_image"),
            ("application/pdf", "x.pdf", "application/pdf", "download"),
            (None, "page.png", "", "product_image"),
            ("application/zip", "x", "image/png", "product_image"),
        ],
    )
    def test_is_guessed_where_it_is_left_out(
        self, content_type: str | None, name: str, claimed_type: str, purpose: str
    ) -> None:
        guessed = rules.purpose_of(None, content_type=content_type, name=name, claimed_type=claimed_type)

        assert guessed.name == purpose

    def test_must_be_known(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            rules.purpose_of("world_domination", content_type="image/png", name="x", claimed_type="")

        assert "purpose" in refusal.value.errors


class TestVisibilityOf:
    def test_is_the_purposes_own_unless_asked(self) -> None:
        assert rules.visibility_of(None, purpose=rules.PURPOSES["avatar"]) == "public"
        assert rules.visibility_of(None, purpose=rules.PURPOSES["download"]) == "private"
        assert rules.visibility_of("private", purpose=rules.PURPOSES["avatar"]) == "private"

    @pytest.mark.parametrize(("purpose", "visibility"), [("invoice", "public"), ("avatar", "secret")])
    def test_is_refused_where_the_purpose_does_not_allow_it(self, purpose: str, visibility: str) -> None:
        with pytest.raises(InvalidInput):
            rules.visibility_of(visibility, purpose=rules.PURPOSES[purpose])


class TestRequireAllowed:
    def test_takes_the_largest_that_is_allowed(self) -> None:
        avatar = rules.PURPOSES["avatar"]

        assert rules.require_allowed(avatar, content_type="image/png", size=avatar.largest_bytes) == "image/png"
        with pytest.raises(errors.TooLarge):
            rules.require_allowed(avatar, content_type="image/png", size=avatar.largest_bytes + 1)

    @pytest.mark.parametrize("content_type", [None, "application/pdf", "text/plain"])
    def test_takes_only_pictures_as_pictures(self, content_type: str | None) -> None:
        with pytest.raises(errors.UnsupportedType):
            rules.require_allowed(rules.PURPOSES["avatar"], content_type=content_type, size=1)

    def test_leaves_room_for_the_rest_of_the_form(self) -> None:
        largest = max(purpose.largest_bytes for purpose in rules.PURPOSES.values())

        assert settings.UPLOAD_LIMIT_BYTES - largest >= rules.MEBIBYTE


class TestNameToSaveAs:
    @pytest.mark.parametrize(
        ("name", "content_type", "saved"),
        [
            ("mug.png", "image/png", "mug.png"),
            ("mug.JPEG", "image/jpeg", "mug.JPEG"),
            ("mug.png", "image/webp", "mug.png.webp"),
            ("page.html", "image/jpeg", "page.html.jpg"),
            ("notes.html", "text/plain", "notes.html.txt"),
            ("setup.exe", "application/zip", "setup.exe.zip"),
            ("book.epub", "application/zip", "book.epub"),
            ("CON.png", "image/png", "_CON.png"),
            ("nul", "text/plain", "_nul.txt"),
            ("LPT1 .txt", "text/plain", "_LPT1 .txt"),
            ("a<b>:c|d?.csv", "text/csv", "a_b__c_d_.csv"),
            ("x.txt. . ", "text/plain", "x.txt"),
            ("...", "text/plain", "_.txt"),
            ("", "application/pdf", "_.pdf"),
            ("\u202egnp.exe", "image/png", "gnp.exe.png"),
            ("a\r\nb\x00.pdf", "application/pdf", "ab.pdf"),
            ("grüße.json", "application/json", "grüße.json"),
        ],
    )
    def test_is_one_that_every_system_takes(self, name: str, content_type: str, saved: str) -> None:
        assert rules.name_to_save_as(name, content_type=content_type) == saved

    def test_there_is_a_suffix_for_whatever_is_taken(self) -> None:
        for content_type in frozenset().union(*(purpose.types for purpose in rules.PURPOSES.values())):
            assert rules.name_to_save_as("x", content_type=content_type).startswith("x.")


class TestRequireFewFrames:
    def test_takes_as_many_as_are_allowed(self) -> None:
        rules.require_few_frames(rules.MOST_FRAMES)
        with pytest.raises(errors.PictureTooLarge):
            rules.require_few_frames(rules.MOST_FRAMES + 1)
