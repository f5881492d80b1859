"""API keys: credentials for programs, with scopes and expiry."""
