"""Asking as fast as answers come, in a process of its own, so that the asking is not counted as answering."""
