"""Settings for the tests of common itself: no service's nouns, only what all of them share."""

from common.settings.service import for_service

globals().update(for_service("notify_svc", apps=("common.api.idempotency",)))
ROOT_URLCONF = "tests.common.urls"
