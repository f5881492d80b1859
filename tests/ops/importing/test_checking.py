"""Pictures that the shop would not take, found before they are sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from ops.importing import checking
from ops.importing.catalog import RowUnusable, ShownPicture
from ops.importing.checking import require_pictures
from tests.ops.importing.files import draw


def check(path: Path) -> None:
    require_pictures((ShownPicture(path),))


class TestRequirePictures:
    @pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif"])
    def test_takes_what_can_be_read(self, tmp_path: Path, name: str) -> None:
        check(draw(tmp_path / name))

    def test_refuses_one_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(RowUnusable, match=r"its picture a.png is not in .*/pictures/"):
            check(tmp_path / "pictures/a.png")

    @pytest.mark.parametrize("content", [b"", b"<html>", b"PK\x03\x04", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
    def test_refuses_what_is_none(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.png").write_bytes(content)

        with pytest.raises(RowUnusable, match=r"a.png is none: .* JPEG, PNG, WEBP, GIF"):
            check(tmp_path / "a.png")

    @pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
    def test_refuses_one_that_was_cut_off(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        Image.effect_noise((300, 300), 50).convert("RGB").save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])

        with pytest.raises(RowUnusable, match="cannot be read"):
            check(path)

    def test_refuses_a_kind_that_the_shop_does_not_take(self, tmp_path: Path) -> None:
        with pytest.raises(RowUnusable, match="is none"):
            check(draw(tmp_path / "a.bmp"))

    def test_refuses_too_many_bytes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checking, "LARGEST_BYTES", 10)

        with pytest.raises(RowUnusable, match="more than 0 MiB"):
            check(draw(tmp_path / "a.png"))

    def test_refuses_too_many_pixels_before_drawing_one(self, tmp_path: Path) -> None:
        Image.new("1", (8000, 8000)).save(tmp_path / "a.png")

        with pytest.raises(RowUnusable, match="too many pixels: at most 50 million"):
            check(tmp_path / "a.png")
