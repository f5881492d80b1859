"""The keys of access tokens, as they were when user_svc was heard last."""
