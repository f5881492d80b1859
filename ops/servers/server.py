"""What all four servers have in common: found, prepared, described, asked whether they answer."""

from __future__ import annotations

import os
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from ops.credentials import Credentials
from ops.state import State
from ops.supervisor.spec import Spec


class Server(ABC):
    """One server of this run, private to it unless the caller's environment gives a URL."""

    name: ClassVar[str]
    title: ClassVar[str]
    variable: ClassVar[str]
    packages: ClassVar[tuple[str, ...]] = ()
    port_names: ClassVar[tuple[str, ...]]
    """Names of the ports it opens; the first is the one that clients use."""

    def __init__(self, state: State, credentials: Credentials, ports: Callable[[str], int]) -> None:
        self.state = state
        self.credentials = credentials
        self.port_of = ports
        self.directory = state.data / self.name

    @classmethod
    def given_url(cls) -> str | None:
        """The URL of a server that somebody else runs."""
        return os.environ.get(cls.variable) or None

    @property
    def port(self) -> int:
        """Where clients connect."""
        return self.port_of(self.port_names[0])

    @classmethod
    @abstractmethod
    def find(cls) -> Path | None:
        """The program to run, if this machine has it."""

    @abstractmethod
    def url(self) -> str:
        """Where and as whom an administrator connects."""

    @abstractmethod
    def prepare(self) -> list[Spec]:
        """Write down what it needs, and say which processes it is."""

    @staticmethod
    @abstractmethod
    def check(url: str) -> None:
        """Raise unless the server at this URL does its work for us."""

    def environment(self, **own: str) -> dict[str, str]:
        """The least that the program needs, and the mark of this run."""
        marker, _, value = self.state.marker.partition("=")
        path = os.environ.get("PATH", os.defpath)
        return {"PATH": path, "LANG": "C.UTF-8", "HOME": str(self.directory), marker: value, **own}


def on_path(*names: str) -> Path | None:
    """The first of these programs on the PATH, or beside this Python."""
    beside = str(Path(sys.executable).parent)
    for name in names:
        found = shutil.which(name) or shutil.which(name, path=beside)
        if found:
            return Path(found)
    return None
