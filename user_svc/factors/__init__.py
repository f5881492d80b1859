"""Second factors: one-time codes (TOTP), passkeys (WebAuthn) and recovery codes."""
