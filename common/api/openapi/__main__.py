"""``python -m common.api.openapi`` writes the part of the service that ``DJANGO_SETTINGS_MODULE`` names to stdout."""

from __future__ import annotations

import json
import sys

import django

_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["common.api.openapi.routes.reachable"],
    "POSTPROCESSING_HOOKS": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # A shape that is taken is never one that is given here, so each needs a name only once.
    "COMPONENT_SPLIT_REQUEST": True,
}


def main() -> int:
    """1 when something is missing, or could only be guessed; what that is, stands on stderr."""
    django.setup()
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.settings import spectacular_settings
    from rest_framework.views import APIView

    import common.api.openapi.shapes  # noqa: F401 - drf-spectacular finds them because they are defined
    from common.api.openapi.views import OperationSchema

    spectacular_settings.apply_patches(_SETTINGS)
    APIView.schema = OperationSchema()
    document = SchemaGenerator().get_schema(request=None, public=True)
    GENERATOR_STATS.emit_summary()
    json.dump(document, sys.stdout)
    return 1 if GENERATOR_STATS else 0


if __name__ == "__main__":
    sys.exit(main())
