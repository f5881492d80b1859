"""The pages at which people sign in and look after their accounts: Django's, inside the gateway."""
