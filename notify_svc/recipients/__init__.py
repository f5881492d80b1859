"""Recipients: a copy of whom to write to, fed by what user_svc tells."""
