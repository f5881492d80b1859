"""The Dockerfile and .dockerignore, as the builder reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from common.topology import BY_NAME
from tests.architecture.composition import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def instructions() -> list[tuple[str, str]]:
    """Each instruction with its arguments, with continued lines joined and comments left out."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage; the last one makes the image."""
    stages: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, rest))
    return stages


def arguments(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def variables() -> dict[str, str]:
    """The environment variables of the image."""
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(arguments("ENV"))))


def sent() -> Iterator[Path]:
    """The files of the build context, as they are now."""
    for folder in ("common", "ops", *BY_NAME):
        paths = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
        yield from (path for path in paths if is_sent(str(path)))


def is_sent(path: str) -> bool:
    """Whether .dockerignore keeps a file: the last pattern that matches it or a folder above it decides."""
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    around = [PurePosixPath(path), *PurePosixPath(path).parents][:-1]
    sent = True
    for pattern in patterns:
        bare = pattern.removeprefix("!")
        if any(_names(bare, str(each)) for each in around):
            sent = pattern.startswith("!")
    return sent


def _names(pattern: str, path: str) -> bool:
    any_depth, _, last = pattern.rpartition("**/")
    regex = re.escape(last).replace(r"\*", "[^/]*")
    return bool(re.fullmatch(("(.*/)?" if pattern.startswith("**/") else re.escape(any_depth)) + regex, path))
