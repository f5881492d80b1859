"""The last errors of a process are remembered, and nobody is named in them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from common.observability import last_errors
from common.observability.last_errors import LastErrors
from common.observability.logs import CorrelationFilter

PERSON = "ada@example.com"


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger of its own, whose errors are remembered."""
    handler, logger = LastErrors(), logging.getLogger("tests.last_errors")
    handler.addFilter(CorrelationFilter("tests"))
    logger.addHandler(handler)
    logger.propagate = False
    yield logger
    logger.removeHandler(handler)
    logger.propagate = True


class TestLastErrors:
    def test_keep_the_message_without_what_was_filled_in(self, logger: logging.Logger) -> None:
        logger.error("no letter reaches %s", PERSON)

        newest = last_errors.newest_first()[0]
        assert newest["message"] == "no letter reaches %s"
        assert newest["logger"] == "tests.last_errors"
        assert newest["request_id"]

    def test_keep_the_kind_and_the_place_of_an_exception_without_its_words(self, logger: logging.Logger) -> None:
        try:
            int(PERSON)
        except ValueError:
            logger.exception("it broke")

        newest = last_errors.newest_first()[0]
        assert newest["error"] == "ValueError"
        assert newest["where"].startswith(f"{__name__}:")
        assert PERSON not in str(newest)

    def test_keep_no_words_of_an_exception_that_is_the_message(self, logger: logging.Logger) -> None:
        logger.error(ValueError(PERSON))

        assert last_errors.newest_first()[0]["message"] == "ValueError"

    def test_keep_no_warnings(self, logger: logging.Logger) -> None:
        logger.error("an error")

        logger.warning("a warning")

        assert last_errors.newest_first()[0]["message"] == "an error"

    def test_keep_only_the_newest(self, logger: logging.Logger) -> None:
        for number in range(last_errors.KEPT + 5):
            logger.error(f"error {number}")

        messages = [entry["message"] for entry in last_errors.newest_first()]
        assert messages == [f"error {number}" for number in range(last_errors.KEPT + 4, 4, -1)]
