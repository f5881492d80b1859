"""AsyncAPI's own schema, fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import asyncapi_specification
from ops.errors import OpsError


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """It is not here, and the registry is a folder."""
    package = tmp_path / "package.tgz"
    monkeypatch.setattr(asyncapi_specification, "_PACKAGE", tmp_path / "local" / "kept.tgz")
    monkeypatch.setattr(asyncapi_specification, "URL", package.as_uri())
    asyncapi_specification.schema.cache_clear()
    yield package
    asyncapi_specification.schema.cache_clear()


class TestSchema:
    def test_that_is_not_to_be_had_is_said_in_words(self) -> None:
        with pytest.raises(OpsError, match="is not to be had from file:"):
            asyncapi_specification.schema()

    def test_is_believed_by_its_checksum_alone(self, nowhere: Path) -> None:
        nowhere.write_bytes(b"something else")

        with pytest.raises(OpsError, match="its checksum is another"):
            asyncapi_specification.schema()

        assert not asyncapi_specification._PACKAGE.exists()
