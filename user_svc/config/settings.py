"""What user_svc has of its own; the rest is in common.settings.service."""

from common.settings.service import for_service

globals().update(for_service("user_svc", apps=("user_svc.accounts",)))
