"""A browser window of some width, light or dark, which records what goes wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from ops.state import LOCAL

_SCREENSHOTS = LOCAL / "test" / "screenshots"
_TIMEOUT_MS = 20_000
_HEIGHT = 900
# WCAG 2.2, 1.4.3: for text of normal size.
_LEAST_CONTRAST = 4.5

_UNREADABLE = """
(least) => {
    const channels = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
    const luminance = ([red, green, blue]) => [red, green, blue]
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const background = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const style = getComputedStyle(each);
            if (style.backgroundImage !== "none") return null;
            const [red, green, blue, alpha = 1] = channels(style.backgroundColor);
            if (alpha === 1) return [red, green, blue];
            if (alpha > 0) return null;
        }
        const isDark = getComputedStyle(document.documentElement).colorScheme.includes("dark")
            && matchMedia("(prefers-color-scheme: dark)").matches;
        return isDark ? [18, 18, 18] : [255, 255, 255];
    };
    const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const isShown = (element) => {
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        return box.width > 1 && box.height > 1 && style.visibility === "visible" && style.opacity === "1";
    };
    return [...document.body.querySelectorAll("*")].filter((element) => {
        if (!hasText(element) || !isShown(element) || element.matches("script, style, option, :disabled")) return false;
        const behind = background(element);
        if (!behind) return false;
        const shades = [luminance(channels(getComputedStyle(element).color)), luminance(behind)].sort((a, b) => b - a);
        return (shades[0] + 0.05) / (shades[1] + 0.05) < least;
    }).map((element) => `${element.tagName.toLowerCase()}: ${element.textContent.trim().slice(0, 40)}`);
}
"""
_FOCUS = """
() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    const isMarked = style.outlineStyle !== "none" || style.boxShadow !== "none";
    return {name: (element.id || element.name || element.textContent || element.tagName).trim().slice(0, 40), isMarked};
}
"""


@dataclass(frozen=True)
class Look:
    """The colour scheme and width of a window."""

    scheme: Literal["light", "dark"]
    width: int

    def __str__(self) -> str:
        return f"{self.scheme}-{self.width}"


LOOKS = [Look(scheme, width) for scheme, width in product(("light", "dark"), (1440, 360))]


class Window:
    """A browser window with cookies of its own."""

    def __init__(self, browser: Browser, origin: str, look: Look, cookies: Sequence[Any] = ()) -> None:
        self._origin = origin
        self._look = look
        self._context = browser.new_context(
            base_url=origin,
            color_scheme=look.scheme,
            viewport={"width": look.width, "height": _HEIGHT},
            reduced_motion="reduce",
        )
        self._context.set_default_timeout(_TIMEOUT_MS)
        self._context.add_cookies(list(cookies))
        self.faults: list[str] = []
        """Errors in the console, and requests to other hosts."""
        self.page: Page = self._context.new_page()
        self._expected: set[int] = set()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))
        self.page.on("request", self._note_request)

    def open(self, path: str, *, status: int = 200) -> Page:
        """Go to a page, which has to answer with this status."""
        self._expected.add(status)
        answer = self.page.goto(path, wait_until="networkidle")
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status}"
        return self.page

    def sign_in(self, *, email: str, password: str) -> None:
        """Sign in by the page, as a person does."""
        self.open("/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: urlsplit(url).path != "/login/")

    def cookies(self) -> list[Any]:
        """The cookies, with which another window is signed in too."""
        return list(self._context.cookies())

    def photograph(self, name: str) -> None:
        """Save a screenshot, for people to look at."""
        _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=_SCREENSHOTS / f"{name}-{self._look}.png", full_page=True)

    def complaints(self) -> list[str]:
        """What is wrong with the look of the page, and what went wrong in it."""
        return [*self.faults, *self._outgrown(), *self._scheme(), *self._unreadable()]

    def tab_through(self, most: int = 60) -> Iterator[dict[str, Any]]:
        """The focused elements, tab stop by tab stop, until the focus leaves the page or starts over."""
        seen: list[dict[str, Any]] = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(_FOCUS)
            if focus is None or (len(seen) > 1 and focus == seen[0]):
                return
            seen.append(focus)
            yield focus

    def close(self) -> None:
        """Close it, with its cookies."""
        self._context.close()

    def _outgrown(self) -> Iterator[str]:
        wide: int = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self._look.width:
            yield f"it is {wide} wide in a window of {self._look.width}"

    def _scheme(self) -> Iterator[str]:
        is_dark: bool = self.page.evaluate(
            "(() => { const of = (element) => getComputedStyle(element).backgroundColor.match(/[\\d.]+/g).map(Number);"
            " const [red, green, blue, alpha = 1] = of(document.body);"
            " return (alpha ? red + green + blue : 765) < 382; })()"
        )
        if is_dark != (self._look.scheme == "dark"):
            yield f"it does not look {self._look.scheme}"

    def _unreadable(self) -> Iterator[str]:
        for text in self.page.evaluate(_UNREADABLE, _LEAST_CONTRAST):
            yield f"hard to read: {text}"

    def _note_console(self, message: ConsoleMessage) -> None:
        # Chromium reports each status above 399 as an error, even that of the page itself.
        is_expected = any(f"status of {status} " in message.text for status in self._expected if status >= 400)
        if message.type == "error" and not is_expected:
            self.faults.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.netloc != urlsplit(self._origin).netloc:
            self.faults.append(f"asks {url.netloc}")
