"""Measuring and rendering."""

import io
import signal
from pathlib import Path

import pytest
from PIL import Image

from file_svc.files import errors, rules
from file_svc.files.adapters import pictures as codec
from tests.file_svc import pictures


def rendered(content: bytes, content_type: str, folder: Path) -> dict[str, Image.Image]:
    made = codec.render(iter([content]), content_type, folder=folder)
    return {each.name: Image.open(io.BytesIO(each.path.read_bytes())) for each in made}


class TestMeasure:
    @pytest.mark.parametrize(
        ("content", "content_type"),
        [
            (pictures.png(), "image/png"),
            (pictures.jpeg(), "image/jpeg"),
            (pictures.webp(), "image/webp"),
            (pictures.gif(frames=3), "image/gif"),
        ],
    )
    def test_reads_the_header(self, content: bytes, content_type: str) -> None:
        assert codec.measure(io.BytesIO(content), content_type) == (64, 48)

    @pytest.mark.parametrize("size", [(65_000, 65_000), (10_000, 5_001), (50_000_001, 1)])
    def test_refuses_a_flood_of_pixels(self, size: tuple[int, int]) -> None:
        with pytest.raises(errors.PictureTooLarge):
            codec.measure(io.BytesIO(pictures.flood(*size)), "image/png")

    @pytest.mark.parametrize(
        ("content", "content_type"),
        [
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (pictures.png()[:60], "image/png"),
            (pictures.png().replace(b"IHDR", b"IHDX"), "image/png"),
            (pictures.flood(0, 0), "image/png"),
            (b"\xff\xd8\xff", "image/jpeg"),
            (b"\xff\xd8\xff" + b"<script>" * 100, "image/jpeg"),
            (b"GIF89a", "image/gif"),
            (b"RIFF\x00\x00\x00\x00WEBPVP8X", "image/webp"),
        ],
    )
    def test_refuses_what_only_begins_like_a_picture(self, content: bytes, content_type: str) -> None:
        with pytest.raises(errors.BrokenPicture):
            codec.measure(io.BytesIO(content), content_type)


class TestRender:
    def test_makes_every_size(self, tmp_path: Path) -> None:
        made = rendered(pictures.jpeg(2400, 1600), "image/jpeg", tmp_path)

        assert {name: picture.size for name, picture in made.items()} == {
            "thumb": (200, 133),
            "medium": (600, 400),
            "large": (1200, 800),
        }
        assert {picture.format for picture in made.values()} == {"WEBP"}

    def test_never_enlarges(self, tmp_path: Path) -> None:
        made = rendered(pictures.png(300, 100), "image/png", tmp_path)

        assert {name: picture.size for name, picture in made.items()} == {
            "thumb": (200, 67),
            "medium": (300, 100),
            "large": (300, 100),
        }

    def test_turns_it_upright_and_forgets_where_it_was_taken(self, tmp_path: Path) -> None:
        photo = pictures.photo_with_secrets(400, 300)
        assert Image.open(io.BytesIO(photo)).getexif().get_ifd(pictures.GPS)

        made = rendered(photo, "image/jpeg", tmp_path)

        for picture in made.values():
            assert picture.width < picture.height
            red, _, blue = picture.convert("RGB").getpixel((picture.width // 2, 5))
            assert red > blue
            assert not picture.getexif()
            assert not {"exif", "icc_profile", "xmp", "comment"} & set(picture.info)

    def test_takes_the_first_frame_of_a_moving_one(self, tmp_path: Path) -> None:
        made = rendered(pictures.gif(frames=5), "image/gif", tmp_path)

        assert not getattr(made["large"], "is_animated", False)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
    def test_reads_every_kind_of_png(self, mode: str, tmp_path: Path) -> None:
        drawn = pictures.drawn(mode="RGB" if mode == "I;16" else mode)

        made = rendered(pictures.encoded(drawn, "PNG"), "image/png", tmp_path)

        assert made["thumb"].size == (64, 48)

    def test_keeps_sixteen_bit_grey_grey(self, tmp_path: Path) -> None:
        grey = Image.new("I;16", (10, 10), 0x8000)

        made = rendered(pictures.encoded(grey, "PNG"), "image/png", tmp_path)

        assert all(abs(level - 0x80) < 4 for level in made["thumb"].convert("RGB").getpixel((5, 5)))

    def test_reads_a_printers_colours(self, tmp_path: Path) -> None:
        made = rendered(pictures.jpeg(mode="CMYK"), "image/jpeg", tmp_path)

        red, _, blue = made["large"].convert("RGB").getpixel((5, 5))
        assert red > 200 > blue

    def test_keeps_what_is_transparent(self, tmp_path: Path) -> None:
        clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))

        made = rendered(pictures.encoded(clear, "PNG"), "image/png", tmp_path)

        assert made["thumb"].getpixel((5, 5))[3] == 0

    @pytest.mark.parametrize("content", [pictures.jpeg(800, 600)[:2000], b"\xff\xd8\xff", b""])
    def test_refuses_a_broken_one_with_the_reason(self, content: bytes, tmp_path: Path) -> None:
        with pytest.raises(errors.BrokenPicture) as refusal:
            rendered(content, "image/jpeg", tmp_path)

        assert refusal.value.detail

    def test_decodes_the_largest_that_is_let_in(self, tmp_path: Path) -> None:
        side = int(rules.LARGEST_PICTURE_PIXELS**0.5)
        largest = pictures.encoded(Image.new("L", (side, side)), "WEBP", method=0, quality=1)

        made = rendered(largest, "image/webp", tmp_path)

        assert made["large"].size == (1200, 1200)

    def test_refuses_a_flood_of_pixels_again(self, tmp_path: Path) -> None:
        with pytest.raises(errors.BrokenPicture):
            rendered(pictures.flood(), "image/png", tmp_path)


class TestBounds:
    def test_a_picture_that_takes_too_much_memory_ends_its_renderer(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "LARGEST_PICTURE_PIXELS", 10**9)

        with pytest.raises(errors.BrokenPicture, match="MemoryError"):
            rendered(pictures.flood(30_000, 30_000), "image/png", tmp_path)

    def test_a_picture_that_takes_too_much_time_ends_its_renderer(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(codec, "RENDER_CPU_SECONDS", 1)
        monkeypatch.setattr(rules, "VARIANTS", {f"size-{number}": 3000 for number in range(50)})

        with pytest.raises(errors.BrokenPicture, match=f"ended with -{signal.SIGXCPU:d}"):
            rendered(pictures.png(3000, 3000), "image/png", tmp_path)
