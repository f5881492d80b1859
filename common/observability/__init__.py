"""How one sees what a service does: logs, correlation, health."""
