"""A real browser: Debian's Chromium, headless, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from ops import apt
from ops.platform import Platform
from tests.system.browser.window import LOOKS, Look, Window

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Chromium makes no requests of its own: a request to another host that a test sees comes from our pages.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)

Open = Callable[..., Window]


def _program(platform: Platform) -> str | None:
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if not found and apt.can_install() and apt.install(["chromium"], platform.state.logs / "apt.log"):
        found = shutil.which("chromium")
    return os.environ.get("OPENCOMMERCE_TEST_CHROMIUM") or found


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(platform: Platform, _playwright: Playwright) -> Iterator[Browser]:
    """The browser itself; tests that need it are skipped where there is none and none can be installed."""
    program = _program(platform)
    if program is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    browser = _playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def staffs_cookies(chromium: Browser, platform: Platform) -> list[Any]:
    """The cookies of a browser that is signed in as the administrator."""
    window = Window(chromium, platform.url, LOOKS[0])
    window.sign_in(**platform.admin)
    cookies = window.cookies()
    window.close()
    return cookies


@pytest.fixture
def open_window(chromium: Browser, platform: Platform) -> Iterator[Open]:
    """Open windows, which share nothing except the cookies that they are given; closed at the end."""
    windows: list[Window] = []

    def open_one(look: Look = LOOKS[0], cookies: Sequence[Any] = ()) -> Window:
        windows.append(Window(chromium, platform.url, look, cookies))
        return windows[-1]

    yield open_one
    for window in windows:
        window.close()
