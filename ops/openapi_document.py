"""The OpenAPI 3.1 document of the whole API, merged from those of the services. The gateway serves it.

A service's part is made by ``python -m common.api.openapi`` in a process of its own, since it needs its own settings.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from inspect import cleandoc
from pathlib import Path
from typing import Any

from common.topology import SERVICES, Service
from ops import openapi_frame as frame
from ops.errors import OpsError
from ops.state import ROOT

Json = dict[str, Any]

PAGE = ROOT / "gateway_svc" / "gateway" / "openapi.json"

_AT_ONCE = 2
# drf-spectacular's notes for other tools; and readOnly, which means nothing in a response.
_NOT_FOR_READERS = frozenset({"x-spec-enum-id", "readOnly"})


class Undocumented(OpsError):
    """A service does not document all of its API, or two define the same name differently."""


def render(environments: Mapping[str, Mapping[str, str]]) -> str:
    """The whole document, given each service's variables. Raises Undocumented."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        parts = list(pool.map(lambda service: _part_of(service, environments[service.name]), _documented()))
    return json.dumps(merged(parts), indent=1, ensure_ascii=False) + "\n"


def faults() -> str:
    """Violations of the OpenAPI 3.1 Specification, by its JSON schema and its rules, one a line; empty if none."""
    from openapi_spec_validator import OpenAPIV31SpecValidator

    document = json.loads(PAGE.read_text()) if PAGE.exists() else {}
    return "\n".join(
        f"{'/'.join(map(str, fault.path))}: {fault.message}"
        for fault in OpenAPIV31SpecValidator(document).iter_errors()
    )


def merged(parts: list[Json]) -> Json:
    """Merge several documents into one. Raises Undocumented if two of them define the same name differently."""
    paths, schemas = frame.PATHS, frame.SCHEMAS
    for part in map(_plain, parts):
        paths = _joined(paths, part["paths"])
        schemas = _joined(schemas, part["components"]["schemas"])
    return {
        "openapi": "3.1.0",
        "info": frame.INFO,
        "servers": [{"url": "/"}],
        "tags": list(_tags(paths)),
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), **frame.COMPONENTS},
    }


def _documented() -> list[Service]:
    """The services with an API."""
    return [service for service in SERVICES if service.api_prefixes]


def _part_of(service: Service, environment: Mapping[str, str]) -> Json:
    command = [sys.executable, "-m", "common.api.openapi"]
    variables = {**environment, "DJANGO_SETTINGS_MODULE": service.settings_module}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Undocumented(f"{service.name} does not say all of its API.\n{done.stderr.strip()}")
    part: Json = json.loads(done.stdout)
    return part


def _plain(part: Any) -> Any:
    """Replace an ``allOf`` of one schema by that schema (JSON Schema 2020-12 allows keywords beside a ``$ref``)."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    plain = {name: _plain(value) for name, value in part.items() if name not in _NOT_FOR_READERS}
    if len(plain.get("allOf", ())) == 1:
        return {**plain.pop("allOf")[0], **plain}
    return plain


def _joined(known: Json, more: Json) -> Json:
    for name in known.keys() & more.keys():
        if known[name] != more[name]:
            raise Undocumented(f"Two services say different things of {name}.")
    return {**known, **more}


def _tags(paths: Json) -> Iterator[Json]:
    """The nouns as tags, in the order of the services, each described by its package's docstring."""
    used = {tag for methods in paths.values() for operation in methods.values() for tag in operation["tags"]}
    used.remove(frame.TAG["name"])
    for service in _documented():
        for noun in sorted(used):
            package = ROOT / service.name / noun / "__init__.py"
            if package.exists():
                yield {"name": noun, "description": _docstring_of(package)}
    yield frame.TAG


def _docstring_of(source: Path) -> str:
    return cleandoc(ast.get_docstring(ast.parse(source.read_text())) or "")
