"""What becomes of HTML in a description, and of what only looks like it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidInput
from product_svc.catalog import rules
from tests.product_svc.factories import product, seller

_MARKUP = (
    "< > & &lt; &amp; <b> </b> <p <table> <td> <svg> <math> <style> <!-- --> <script> </script> </ ]]> <a <a\thref="
)
_ATTRIBUTES = (" href='javascript:alert(1)'", " onerror=alert(1)", " style='x'>", " src=x")
PIECES = st.sampled_from([*_MARKUP.split(" "), *_ATTRIBUTES]) | st.text(max_size=5)
# Random letters can spell any short tag.
_HARMLESS = (
    "a abbr b br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins li mark ol p pre q s small span sub sup"
    " table tbody td tfoot th thead tr u ul href rel"
)


class Reader(HTMLParser):
    """What a page would make of a description: the names of its tags and of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}


class TestCleanDescription:
    @pytest.mark.parametrize(
        "text",
        ["Fish & Chips < 5", "5 > 3 &amp; 3 < 5", "I <3 tea", "&lt;b&gt;", "a\n\nb", 'He said "tea"', "&copy; us", ""],
    )
    def test_keeps_a_text_without_markup_as_it_was_typed(self, text: str) -> None:
        assert rules.clean_description(text) == text

    @pytest.mark.parametrize(
        ("given_html", "kept"),
        [
            ("<p>Holds <b>tea</b>.</p>", "<p>Holds <b>tea</b>.</p>"),
            ("<b>Fish</b> & Chips < 5", "<b>Fish</b> &amp; Chips &lt; 5"),
            ("<b>Fish</b> &amp; Chips", "<b>Fish</b> &amp; Chips"),
            ("Tea<script>alert(1)</script>", "Tea"),
            ("Tea<ScRiPt src=//x>", "Tea"),
            ("Tea<style>p{}</style>", "Tea"),
            ("<p style='x' class=y id=z onclick=f()>Tea</p>", "<p>Tea</p>"),
            ("<img src=x onerror=alert(1)>Tea", "Tea"),
            ("Tea<img src=x onerror=alert(1)", "Tea"),
            ("<svg><script>alert(1)</script></svg>Tea", "Tea"),
            ("<iframe src=x></iframe><form><input></form>Tea", "Tea"),
            ("Tea<!-- secret -->", "Tea"),
            ("Tea<", "Tea&lt;"),
            ("<a href='javascript:alert(1)'>x</a>", '<a rel="nofollow noopener noreferrer">x</a>'),
            ("<a href='jav&#x09;ascript:alert(1)'>x</a>", '<a rel="nofollow noopener noreferrer">x</a>'),
            ("<a href='//x.y'>x</a>", '<a rel="nofollow noopener noreferrer">x</a>'),
            (
                "<a href='https://x.y/?a&b' target=_blank>x</a>",
                '<a href="https://x.y/?a&amp;b" rel="nofollow noopener noreferrer">x</a>',
            ),
        ],
    )
    def test_keeps_what_is_harmless(self, given_html: str, kept: str) -> None:
        assert rules.clean_description(given_html) == kept

    @given(st.lists(PIECES, max_size=12).map("".join))
    def test_finds_nothing_more_to_clean(self, text: str) -> None:
        clean = rules.clean_description(text)

        assert rules.clean_description(clean) == clean
        assert Reader(clean).found <= set(_HARMLESS.split())

    def test_refuses_what_grows_beyond_the_limit(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            rules.clean_description("<b>" + "&" * (rules.MAX_DESCRIPTION - 3))

        assert list(refusal.value.errors) == ["description"]


@pytest.mark.django_db
class TestApi:
    def test_cleans_on_the_way_in(self, client_of: Callable[..., Any]) -> None:
        ada = seller()
        body = {"title": "Mug", "price": {"amount": "1", "currency": "USD"}, "description": "Tea<script>x</script>"}
        client = client_of(ada.id, "seller", name=ada.name)

        made = client.post("/api/v1/products/", body)
        changed = client.patch("/api/v1/products/mug/", {"description": "<p onclick=x>Tea & milk</p>"})
        sent_back = client.patch("/api/v1/products/mug/", {"description": changed.json()["description"]})

        assert made.json()["description"] == "Tea"
        assert changed.json()["description"] == sent_back.json()["description"] == "<p>Tea &amp; milk</p>"

    def test_leaves_other_texts_alone(self, client_of: Callable[..., Any]) -> None:
        text = "<b>Mug</b> & <script>"
        mug = product(title="Mug")
        body = {
            "title": text,
            "attributes": {text: text},
            "images": [{"id": str(uuid.uuid4()), "alt": text}],
            "variants": [{"sku": "MUG", "title": text, "attributes": {text: text}}],
        }

        shown = client_of(uuid.uuid4(), "admin").patch(f"/api/v1/products/{mug.id}/", body).json()

        variant = shown["variants"][0]
        assert shown["title"] == shown["image"]["alt"] == variant["title"] == text
        assert shown["attributes"] == variant["attributes"] == {text: text}
