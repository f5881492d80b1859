"""What user_svc has of its own; the rest is in common.settings.service."""

from common.settings import env
from common.settings.mail import for_mail
from common.settings.service import for_service

APPS = (
    "django.contrib.postgres",
    "user_svc.accounts",
    "user_svc.addresses",
    "user_svc.factors",
    "user_svc.sellers",
    "user_svc.wishlists",
)

globals().update(for_service("user_svc", apps=APPS))
globals().update(for_mail())

AUTH_USER_MODEL = "accounts.User"

# The first hasher makes new hashes; one made by another, or at another cost, is replaced when its owner signs in.
PASSWORD_HASHERS = [
    "user_svc.config.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Ed25519; the first signs access tokens, all are published, so that a new one can be put in front of the old.
TOKEN_KEYS = env.keys("USER_SVC_TOKEN_KEYS")

# The keys for the secrets of second factors: the first encrypts, all decrypt.
FACTOR_KEYS = env.keys("USER_SVC_FACTOR_KEYS") if env.optional("USER_SVC_FACTOR_KEYS") else []

# Whether a new seller has to be approved by staff first, or may sell at once.
SELLERS_NEED_APPROVAL = env.flag("OPENCOMMERCE_SELLERS_NEED_APPROVAL")
