"""The four servers that the services need, each configured by a URL or run privately on this machine."""

from __future__ import annotations

from ops.servers.postgres import Postgres
from ops.servers.rabbitmq import RabbitMQ
from ops.servers.redis import Redis
from ops.servers.s3 import S3
from ops.servers.server import Server

SERVERS: tuple[type[Server], ...] = (Postgres, RabbitMQ, Redis, S3)

__all__ = ["S3", "SERVERS", "Postgres", "RabbitMQ", "Redis", "Server"]
