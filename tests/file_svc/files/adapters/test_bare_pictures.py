"""Pictures without their metadata."""

import io
import tempfile
from mmap import ACCESS_READ, mmap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from file_svc.files.adapters.bare_pictures import BarePicture, bare
from file_svc.files.adapters.picture_parts import Malformed
from tests.file_svc import pictures

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
SECRET = b"52 Home Street"


def stripped(content: bytes, form: str) -> tuple[BarePicture, bytes, bool]:
    """What was found, what is left, and whether that was all."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            found = bare(data, TYPES[form])
            kept = b"".join(data[piece] if isinstance(piece, slice) else piece for piece in found.pieces)
            return found, kept, found.is_all_of(data)


def talkative(form: str, frames: int = 1) -> bytes:
    """A picture on its side that tells wherever its format lets it."""
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = pictures.ROTATED_CLOCKWISE
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(pictures.GPS)[1] = "N"
    notes = PngInfo()
    notes.add_text("Comment", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    own = {
        "JPEG": {"exif": exif, "comment": SECRET, "xmp": SECRET},
        "PNG": {"exif": exif, "pnginfo": notes},
        "WEBP": {"exif": exif, "xmp": SECRET, "lossless": True},
        "GIF": {"comment": SECRET},
    }[form]
    drawn = [pictures.drawn().rotate(index) for index in range(frames)]
    moving = {"save_all": True, "append_images": drawn[1:], "loop": 0} if frames > 1 else {}
    return pictures.encoded(drawn[0], form, **own, **moving)


def pixels_of(content: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(content)) as picture:
        frames = []
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            frames.append(picture.convert("RGB").tobytes())
        return frames


class TestBare:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
    def test_keeps_the_picture_to_the_bit_and_none_of_what_it_tells(self, form: str) -> None:
        content = talkative(form)
        assert SECRET in content

        _, kept, is_all = stripped(content, form)

        assert not is_all
        assert SECRET not in kept
        assert pixels_of(kept) == pixels_of(content)

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_keeps_only_the_orientation_of_its_exif(self, form: str) -> None:
        found, kept, _ = stripped(talkative(form), form)

        assert found.is_on_its_side
        with Image.open(io.BytesIO(kept)) as picture:
            assert dict(picture.getexif()) == {pictures.ORIENTATION: pictures.ROTATED_CLOCKWISE}
        assert stripped(kept, form)[1] == kept

    @pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
    def test_keeps_a_moving_picture_moving(self, form: str) -> None:
        content = talkative(form, frames=4)

        found, kept, _ = stripped(content, form)

        assert found.frames == 4
        assert SECRET not in kept
        assert pixels_of(kept) == pixels_of(content)

    @pytest.mark.parametrize(
        ("content", "form"),
        [
            (pictures.jpeg(), "JPEG"),
            (pictures.jpeg(mode="CMYK"), "JPEG"),
            (pictures.encoded(pictures.drawn(), "JPEG", progressive=True), "JPEG"),
            (pictures.png(mode="P"), "PNG"),
            (pictures.webp(), "WEBP"),
            (pictures.gif(frames=3), "GIF"),
        ],
    )
    def test_leaves_one_alone_that_tells_nothing(self, content: bytes, form: str) -> None:
        assert stripped(content, form)[1:] == (content, True)

    def test_keeps_the_profile_of_its_colours(self) -> None:
        photo = pictures.photo_with_secrets()

        _, kept, _ = stripped(photo, "JPEG")

        with Image.open(io.BytesIO(photo)) as before, Image.open(io.BytesIO(kept)) as after:
            assert after.info["icc_profile"] == before.info["icc_profile"]
            assert "comment" not in after.info

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
    def test_ends_where_the_picture_ends(self, form: str) -> None:
        content = pictures.encoded(pictures.drawn(), form)

        _, kept, is_all = stripped(content + b"PK\x03\x04 <script>alert(1)</script>", form)

        assert (kept, is_all) == (content, False)

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
    def test_refuses_every_picture_that_breaks_off(self, form: str) -> None:
        content = talkative(form, frames=1)

        for length in range(4, len(content) - (1 if form == "WEBP" else 0)):
            with pytest.raises(Malformed):
                stripped(content[:length], form)

    def test_takes_an_orientation_that_cannot_be_read_for_none(self) -> None:
        content = talkative("JPEG").replace(b"Exif\0\0MM", b"Exif\0\0XX").replace(b"Exif\0\0II", b"Exif\0\0XX")

        found, kept, _ = stripped(content, "JPEG")

        assert not found.is_on_its_side
        assert b"Exif" not in kept

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
    def test_is_not_kept_busy_by_very_many_parts(self, form: str) -> None:
        content = pictures.encoded(pictures.drawn(), form)
        note = {"JPEG": b"\xff\xfe\x00\x02", "PNG": b"\x00\x00\x00\x00tEXt\x00\x00\x00\x00", "GIF": b"!\xfe\x01x\x00"}
        start = {"JPEG": 2, "PNG": 33, "GIF": 13 + 3 * 2 ** ((content[10] & 7) + 1)}

        with pytest.raises(Malformed):
            stripped(content[: start[form]] + note[form] * 400_000 + content[start[form] :], form)

    @settings(max_examples=300)
    @given(form=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), at=st.floats(0, 1), noise=st.binary(max_size=8))
    def test_takes_whatever_comes(self, form: str, at: float, noise: bytes) -> None:
        content = bytearray(pictures.encoded(pictures.drawn(), form))
        start = 4 + int(at * (len(content) - 4))
        content[start : start + len(noise)] = noise

        try:
            _, kept, _ = stripped(bytes(content), form)
        except Malformed:
            return

        assert len(kept) <= len(content)
