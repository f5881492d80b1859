"""A small daemon that keeps the processes of a plan alive, with asyncio and the standard library only."""
