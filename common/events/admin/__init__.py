"""What a service told, heard and could not handle, on pages."""

from common.events.admin import dead_letters, facts

__all__ = ["dead_letters", "facts"]
