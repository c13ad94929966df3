"""Opaque tokens for links: 128 random bits in 22 URL-safe characters. Keys are never shown."""

import secrets

SQL_TOKEN = "rtrim(translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/', '-_'), '=')"


def new_token() -> str:
    return secrets.token_urlsafe(16)
