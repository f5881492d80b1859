"""Limits of what a seller says of themselves."""

NAME_LENGTH = 150
ABOUT_LENGTH = 2000
REASON_LENGTH = 500
