"""The live feed's part of the AsyncAPI document: a WebSocket on which a person's notifications arrive."""

from __future__ import annotations

from typing import Any

from common.topology import NOTIFICATIONS

Json = dict[str, Any]

NAME = "notifications"

_ADDRESS = NOTIFICATIONS.socket_prefixes[0]
_DESCRIPTION = """
A program sends `Authorization: Bearer …`, or offers the subprotocols `["bearer", "<access>"]`, of which the server
selects `bearer`. A browser asks `POST /api/v1/notifications/ticket/` and connects with `?ticket=…`: single use, thirty
seconds, from the shop's own pages. `?after=` replays what was missed since that sequence, in order and without gaps,
and then goes live. What a client sends is passed over. The server closes with 4400 (a bad query), 4401 (a bad or
expired credential, or its sign-in ended), 4403 (blocked), 4429 (you say too much), 4500 and 4503 (please come back):
HTTP's statuses plus 4000; and with 1012 when it stops or has been open for a day (please come back).
"""

CHANNEL: Json = {
    "address": _ADDRESS,
    "title": "The live feed",
    "description": _DESCRIPTION.strip(),
    "servers": [{"$ref": "#/servers/gateway"}],
    "messages": {
        "ready": {"$ref": "#/components/messages/feed.ready"},
        "notification": {"$ref": "#/components/messages/feed.notification"},
    },
    "bindings": {
        "ws": {
            "method": "GET",
            "query": {
                "type": "object",
                "properties": {
                    "after": {"type": "integer", "minimum": 0, "description": "The last sequence that was seen."},
                    "ticket": {"type": "string", "description": "For browsers."},
                },
            },
        }
    },
}

OPERATIONS: Json = {
    f"{NOTIFICATIONS.name}.sends": {
        "action": "send",
        "channel": {"$ref": f"#/channels/{NAME}"},
        "summary": "Greets, then sends what its person missed, then what happens.",
        "tags": [{"name": NOTIFICATIONS.name}],
    }
}


def _message(name: str, summary: str) -> Json:
    return {
        "name": name,
        "summary": summary,
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/feed.{name}"},
    }


MESSAGES: Json = {
    "feed.ready": _message("ready", "The first message of a connection."),
    "feed.notification": _message("notification", "Something that happened to what is the person's."),
}

SCHEMAS: Json = {
    "feed.ready": {
        "type": "object",
        "properties": {"type": {"const": "ready"}, "unread_count": {"type": "integer", "minimum": 0}},
        "required": ["type", "unread_count"],
        "additionalProperties": False,
    },
    "feed.notification": {
        "type": "object",
        "properties": {
            "type": {"const": "notification"},
            "id": {"type": "string", "format": "uuid"},
            "sequence": {"type": "integer", "minimum": 1, "description": "Rises by one; what `after` takes."},
            "event": {"type": "string", "description": "The name of the fact that it tells of."},
            "title": {"type": "string", "x-personal-data": True},
            "body": {"type": "string", "x-personal-data": True},
            "data": {"type": "object", "description": "What a program needs to lead to what it is about."},
            "created_at": {"type": "string", "format": "date-time"},
        },
        "required": ["type", "id", "sequence", "event", "title", "body", "data", "created_at"],
        "additionalProperties": False,
    },
}
