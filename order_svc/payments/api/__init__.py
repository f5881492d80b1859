"""Where payment providers send their notices."""
