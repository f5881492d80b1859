"""The interface of all four servers: find the program, prepare its start, and check that it answers."""

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
    """One server of this run, private to it unless the caller's environment has a URL."""

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
        """The URL of a server that is not run by us, from the environment."""
        return os.environ.get(cls.variable) or None

    @property
    def port(self) -> int:
        """The port that clients connect to."""
        return self.port_of(self.port_names[0])

    @classmethod
    @abstractmethod
    def find(cls) -> Path | None:
        """The program to run, if this machine has it."""

    @abstractmethod
    def url(self) -> str:
        """The URL with an administrator's credentials."""

    @abstractmethod
    def prepare(self) -> list[Spec]:
        """Write the files that it needs. Returns the specs of its processes. Raises OpsError if it is not installed."""

    @staticmethod
    @abstractmethod
    def check(url: str) -> None:
        """Raise an exception unless the server at this URL accepts us and works; OpsError if it never will."""

    def environment(self, **own: str) -> dict[str, str]:
        """The least that the program needs, and the marker of this run."""
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
