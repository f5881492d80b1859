"""docs/reference/asyncapi.json (AsyncAPI 3.0), generated from the code: facts, who tells and hears them, the feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from inspect import cleandoc
from typing import Any

import msgspec

from common.contracts import Contract, Fact, all_contracts
from common.topology import FACTS_EXCHANGE
from ops import asyncapi_specification, live_feed
from ops.errors import OpsError
from ops.facts_page import teller_of
from ops.state import ROOT
from ops.subscribers import subscribers_of

Json = dict[str, Any]

PAGE = ROOT / "docs" / "reference" / "asyncapi.json"
FACTS, FEED = "broker", "gateway"

_SCHEMA_FORMAT = "application/schema+json;version=draft-07"
_DESCRIPTION = """
What the services of OpenCommerce tell each other, and what a person's live feed sends. A fact is something that
happened, told once, in the past tense, as a Celery task message (protocol 2) whose one keyword argument is `fact`. It
may arrive twice, late and out of order: copies keep the highest `version` of an `aggregate`. Unknown fields are
ignored; a new field has a default; anything else is a new major version, under a name of its own.
`x-personal-data` marks what is never logged, and forgotten when the person asks.
"""


def render() -> str:
    """The whole document."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


@cache
def document() -> Json:
    """The same, as plain data."""
    contracts = all_contracts()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "OpenCommerce: facts and live feed", "version": "1", "description": _DESCRIPTION.strip()},
        "defaultContentType": "application/json",
        "servers": {
            FACTS: {"host": "broker.example:5672", "protocol": "amqp", "description": "RabbitMQ; inside the platform."},
            FEED: {"host": "shop.example", "protocol": "wss", "description": "The gateway, for everybody."},
        },
        "channels": {**{each.name: _channel(each) for each in contracts}, live_feed.NAME: live_feed.CHANNEL},
        "operations": {
            **{name: operation for each in contracts for name, operation in _operations(each)},
            **live_feed.OPERATIONS,
        },
        "components": {
            "messages": {**{each.name: _message(each) for each in contracts}, **live_feed.MESSAGES},
            "schemas": {**_schemas(contracts), **live_feed.SCHEMAS},
        },
    }


def faults() -> str:
    """The faults of the file as it is; see ``faults_of``."""
    return faults_of(json.loads(PAGE.read_text()) if PAGE.exists() else {})


def faults_of(whole: Json) -> str:
    """Violations of AsyncAPI's own schema, dangling references and invalid JSON Schemas, one a line; empty if none.

    Schemas are of draft 7, like AsyncAPI's own.
    """
    return "\n".join([*_against_specification(whole), *_lost(whole), *_no_schemas(whole)])


def _against_specification(whole: Json) -> Iterator[str]:
    import jsonschema

    try:
        schema = asyncapi_specification.schema()
    except OpsError as error:
        yield str(error)
        return
    for fault in jsonschema.Draft7Validator(schema).iter_errors(whole):
        inmost = _inmost(fault)
        yield f"{'/'.join(map(str, inmost.absolute_path))}: {inmost.message}"


def _inmost(error: Any) -> Any:
    """The error that matters. AsyncAPI's schema allows a reference nearly everywhere, so one is reported as missing."""
    from jsonschema.exceptions import relevance

    said = [each for each in error.context if each.validator_value != ["$ref"]]
    return _inmost(min(said, key=relevance)) if said else error


def _lost(whole: Json) -> list[str]:
    return [f"{reference} leads nowhere" for reference in _references(whole) if not _leads_somewhere(reference, whole)]


def _no_schemas(whole: Json) -> Iterator[str]:
    import jsonschema

    for name, schema in whole.get("components", {}).get("schemas", {}).items():
        try:
            jsonschema.Draft7Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            yield f"{name}: {error.message}"


def require_documented(name: str, payload: object) -> None:
    """Raises ValidationError if the payload does not conform to the message of this name."""
    import jsonschema

    components = document()["components"]
    described = components["messages"][name]["payload"]
    schema = {"allOf": [described.get("schema", described)], "components": {"schemas": components["schemas"]}}
    jsonschema.Draft7Validator(schema).validate(payload)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == "$ref")
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def _leads_somewhere(reference: str, whole: Any) -> bool:
    for step in reference.removeprefix("#/").split("/"):
        if step not in whole:
            return False
        whole = whole[step]
    return True


def _channel(contract: type[Contract]) -> Json:
    """A fact's name is its routing key on the exchange to which all services publish."""
    exchange = {"name": FACTS_EXCHANGE, "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": contract.name,
        "servers": [{"$ref": f"#/servers/{FACTS}"}],
        "messages": {"fact": {"$ref": f"#/components/messages/{contract.name}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange}},
    }


def _operations(contract: type[Contract]) -> Iterator[tuple[str, Json]]:
    teller = teller_of(contract)
    yield f"{teller}.tells.{contract.name}", _operation(contract, "send", teller, "Tells it through its outbox.")
    for hearer in subscribers_of(contract.name):
        how = "on its work queue, outside a transaction" if hearer.outside else "in one transaction"
        summary = f"{hearer.handler}, {how}."
        yield (
            f"{hearer.service.name}.hears.{contract.name}",
            _operation(contract, "receive", hearer.service.name, summary),
        )


def _operation(contract: type[Contract], action: str, service: str, summary: str) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{contract.name}"},
        "summary": summary,
        "tags": [{"name": service}],
        "messages": [{"$ref": f"#/channels/{contract.name}/messages/fact"}],
    }


def _message(contract: type[Contract]) -> Json:
    """The body of a Celery task message: arguments, keyword arguments, and the fields of its canvas."""
    of_this_fact = {"properties": {"name": {"const": contract.name}, "data": _reference(contract.name)}}
    keywords = {
        "type": "object",
        "properties": {"fact": {"allOf": [_reference(Fact.__name__), of_this_fact]}},
        "required": ["fact"],
    }
    needed = (
        "Required: one that reaches no queue is kept and tried again."
        if contract.required
        else "Open: it may go unheard."
    )
    return {
        "name": contract.name,
        "title": contract.__name__,
        "summary": cleandoc(contract.__doc__ or ""),
        "description": f"{needed} Facts of one `{contract.aggregate_field}` are told in order.",
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "properties": {"task": {"const": contract.name}, "id": {"type": "string", "format": "uuid"}},
            "required": ["task", "id"],
        },
        "payload": {
            "schemaFormat": _SCHEMA_FORMAT,
            "schema": {
                "type": "array",
                "items": [{"type": "array", "maxItems": 0}, keywords, {"type": "object"}],
                "minItems": 3,
                "maxItems": 3,
            },
        },
    }


def _schemas(contracts: tuple[type[Contract], ...]) -> Json:
    """The envelope, each fact's data, and the types that these refer to."""
    _, schemas = msgspec.json.schema_components([Fact, *contracts], ref_template="#/components/schemas/{name}")
    for contract in contracts:
        schema = schemas.pop(contract.__name__)
        del schema["properties"]["version"]  # it travels in the envelope
        schema["required"].remove("version")
        schemas[contract.name] = schema
        for name in contract.personal_fields():
            schema["properties"][name]["x-personal-data"] = True
    schemas[Fact.__name__]["description"] = cleandoc(Fact.__doc__ or "")
    return dict(sorted(schemas.items()))


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
