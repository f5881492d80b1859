"""Keeps a table of processes alive: a small daemon on asyncio and the standard library."""
