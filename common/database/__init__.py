"""Django's PostgreSQL backend, but for how it learns that a kept connection still lives, and how long it migrates."""
