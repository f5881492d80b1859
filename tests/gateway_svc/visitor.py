"""A browser, as far as the gateway can tell: it keeps cookies and sends Origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.gateway_svc.accounts import ADA, PASSWORD
from tests.gateway_svc.door import PUBLIC_URL, Answer, Door

COOKIE = "opencommerce_session"


@dataclass
class Visitor:
    """Gets pages and submits their forms."""

    door: Door
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, accept: str = "text/html,application/xhtml+xml", **headers: str) -> Answer:
        """GET a page."""
        return self._ask("GET", path, None, {"Accept": accept, **headers})

    def post(self, path: str, _headers: dict[str, str] | None = None, **fields: str) -> Answer:
        """Submit a form as from one of our pages; given headers and fields replace the correct ones."""
        fields = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields}
        headers = {
            "Accept": "text/html",
            "Origin": PUBLIC_URL,
            "Content-Type": "application/x-www-form-urlencoded",
            **(_headers or {}),
        }
        return self._ask("POST", path, urlencode(fields).encode(), headers)

    def sign_in(self, email: str = ADA, password: str = PASSWORD, next: str = "/account/") -> Answer:
        """Sign in with the form of the sign-in page."""
        self.get("/login/")
        return self.post("/login/", email=email, password=password, next=next)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = [(name, value) for name, value in headers.items() if value]
        answer = self.door.ask(method, path, headers=[*given, *([("Cookie", cookie)] if cookie else [])], body=body)
        self._keep(answer)
        return answer

    def _keep(self, answer: Answer) -> None:
        for line in answer.all("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel.value:
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
