"""Limits of what a seller says of themselves."""

NAME_LENGTH = 150
ABOUT_LENGTH = 2000
REASON_LENGTH = 500
UNTOLD_REASON = "We have suspended this shop. Write to us if you do not know why."
"""The reason that a seller is told if staff gave none."""
