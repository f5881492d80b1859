"""Logs: one JSON object a line on stdout, each with the service, the request id and the trace id."""

from __future__ import annotations

import logging
import logging.config
import os
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from common.observability import correlation
from common.observability.last_errors import LastErrors


class CorrelationFilter(logging.Filter):
    """Write the names of the work under way into each line."""

    def __init__(self, service: str = "") -> None:
        """Without a name it is the one that the environment says (OpenTelemetry's variable for it)."""
        super().__init__()
        self.service = service or os.environ.get("OTEL_SERVICE_NAME", "")

    def filter(self, record: logging.LogRecord) -> bool:
        current = correlation.current()
        record.service = self.service
        record.request_id = getattr(record, "request_id", current.request_id)
        record.trace_id = getattr(record, "trace_id", current.trace_id)
        return True


def formatter() -> JsonFormatter:
    """The one shape of our lines."""
    return JsonFormatter(
        ["asctime", "levelname", "service", "name", "message", "request_id", "trace_id"],
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        exc_info_as_array=True,
    )


def configure(*, service: str, level: str) -> dict[str, Any]:
    """Set up logging for this process, and return the settings that did."""
    config: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"correlation": {"()": CorrelationFilter, "service": service}},
        "formatters": {"json": {"()": formatter}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
                "filters": ["correlation"],
            },
            "last_errors": {"()": LastErrors, "filters": ["correlation"]},
        },
        "root": {"handlers": ["stdout", "last_errors"], "level": level},
        "loggers": {
            # Their lines know nothing of the request id; the inbox writes one that does.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            "botocore": {"level": "WARNING"},
            "amqp": {"level": "WARNING"},
        },
    }
    logging.config.dictConfig(config)
    logging.captureWarnings(capture=True)
    return config
