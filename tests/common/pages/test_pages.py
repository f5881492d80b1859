"""What all pages have: a policy, and static files that are called by their content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.template.loader import render_to_string

from common.pages.middleware import policy
from common.pages.storage import HashedFiles


class TestContentSecurityPolicy:
    def test_stands_on_pages(self, visitor: Any) -> None:
        page = visitor.get("/echo/", HTTP_ACCEPT="text/html")

        assert page["Content-Security-Policy"] == policy("http://127.0.0.1:8000")
        assert "unsafe" not in page["Content-Security-Policy"]

    def test_does_not_stand_on_what_programs_read(self, visitor: Any) -> None:
        assert "Content-Security-Policy" not in visitor.get("/echo/")

    def test_names_the_sockets_of_the_same_origin(self) -> None:
        assert "connect-src 'self' wss://shop.example;" in policy("https://shop.example")
        assert "connect-src 'self' ws://127.0.0.1:8000;" in policy("http://127.0.0.1:8000")


class TestBasePage:
    def test_loads_nothing_from_elsewhere(self) -> None:
        page = render_to_string("pages/base.html", {"title": "<b>"})

        assert "//" not in page.replace("<!doctype html>", "").replace("http://www.w3.org/2000/svg", "")
        assert staticfiles_storage.url("pages/shop.css") in page
        assert "<script" not in page
        assert "&lt;b&gt;" in page


class TestHashedFiles:
    @pytest.fixture
    def files(self, tmp_path: Path) -> HashedFiles:
        source = FileSystemStorage(tmp_path / "source")
        for name, text in {
            "a.css": '@import url("b.css");',
            "b.css": "p{}",
            "broken.css": "p{background:url(no.png)}",
        }.items():
            source.save(name, ContentFile(text))
        files = HashedFiles(location=str(tmp_path / "root"), base_url="/static/")
        paths = {}
        for name in source.listdir("")[1]:
            with source.open(name) as file:
                files.save(name, file)
            paths[name] = (source, name)
        faults = [done for _, _, done in files.post_process(paths) if isinstance(done, Exception)]
        assert faults == []
        return HashedFiles(location=str(tmp_path / "root"), base_url="/static/")

    def test_are_called_by_their_content(self, files: HashedFiles) -> None:
        imported, importing = (files.url(name).removeprefix("/static/") for name in ("b.css", "a.css"))

        assert imported != "b.css"
        assert imported in Path(files.path(importing)).read_text()

    def test_that_were_not_collected_keep_their_names(self, files: HashedFiles) -> None:
        assert files.url("missing.css") == "/static/missing.css"
