"""Sign-ins that are over before their access tokens expire."""
