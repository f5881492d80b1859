"""A browser without an engine, for the whole platform: it has cookies, sends forms, and sets Origin."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

COOKIE = "opencommerce_session"
PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True)
class Page:
    """A response."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def leads_to(self) -> str | None:
        return self.headers["Location"]

    def json(self) -> Any:
        return json.loads(self.body)

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        field = next(tag for tag in re.findall(r"<input[^>]*>", self.text) if f'name="{name}"' in tag)
        return unescape(re.search(r'value="([^"]*)"', field)[1])  # type: ignore[index]


@dataclass
class Browser:
    """A browser with its own cookies."""

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)

    def look(self, path: str, accept: str = PAGE) -> Page:
        """GET a page, or with another Accept what a program gets."""
        return self.send("GET", path, headers={"Accept": accept})

    def fill_in(self, path: str, **fields: str) -> Page:
        """Submit a form of one of our pages."""
        fields = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": PAGE, "Origin": self.origin}
        return self.send("POST", path, urlencode(fields).encode(), kind)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Page:
        """Call the API like a script on one of our pages."""
        ours = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Origin": self.origin,
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
        }
        return self.send(method, path, json.dumps(body or {}).encode(), {**ours, **headers})

    def register(self, email: str, password: str, role: str = "customer") -> None:
        """Sign up through the page."""
        self.look("/register/")
        page = self.fill_in("/register/", full_name="Ada Lovelace", email=email, password=password, role=role)
        assert (page.status, page.leads_to) == (303, "/account/"), page.text

    def sign_in(self, email: str, password: str, to: str = "/account/") -> Page:
        """Sign in by the page, which may ask for a second factor."""
        self.look("/login/")
        return self.fill_in("/login/", email=email, password=password, next=to)

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Page:
        """Make a request with the current cookies, and keep those of the response."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {name: value for name, value in {**(headers or {}), "Cookie": cookie}.items() if value}
        connection = http.client.HTTPConnection(urlsplit(self.origin).netloc, timeout=30)
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            page = Page(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        for line in page.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies = {**self.cookies, name: morsel.value}
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return page
