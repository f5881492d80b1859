"""The page on which the API is read and tried."""

from __future__ import annotations

import re

import pytest

from tests.gateway_svc.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/api/docs/"


class TestApiDocs:
    def test_is_for_everybody(self, visitor: Visitor) -> None:
        page = visitor.get(PAGE)

        assert page.status == 200
        assert b'href="/login/?next=/api/docs/"' in page.body
        assert b'data-document="/api/schema/"' in page.body

    def test_says_who_is_signed_in(self, visitor: Visitor) -> None:
        visitor.sign_in()

        page = visitor.get(PAGE).body
        assert b'<a href="/account/">Ada &lt;L&gt;</a>' in page
        assert b'name="next" value="/api/docs/"' in page

    def test_gives_what_a_signed_in_browser_has_to_show(self, visitor: Visitor) -> None:
        visitor.get(PAGE)

        assert visitor.cookies["csrftoken"]

    def test_asks_nobody_else_for_anything(self, visitor: Visitor) -> None:
        page = visitor.get(PAGE)

        assert "default-src 'none'" in (page.get("content-security-policy") or "")
        loaded = re.findall(rb'(?:src|href)="([^"]+)"', page.body)
        assert [address for address in loaded if not address.startswith((b"/", b"#"))] == []

    def test_has_all_that_it_loads(self, visitor: Visitor) -> None:
        page = visitor.get(PAGE)

        static = [address.decode() for address in re.findall(rb'"(/static/[^"]+)"', page.body)]
        assert len(static) == 5
        assert [address for address in static if visitor.get(address).status != 200] == []
