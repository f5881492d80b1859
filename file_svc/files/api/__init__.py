"""The HTTP interface of files."""
