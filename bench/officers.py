"""Officers of a bench: one a tier, each with a session whose second factor is done."""

import secrets
import string

TIERS = ("village", "town", "district")
CSRF = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))


def cookies_of(username: str) -> dict[str, str]:
    """Cookies of a signed-in browser: a row of the session table, made as the sign-in would make it."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from anye.config.serving import demo_users
    from anye.doors.office.gate import DONE, FACTOR
    from anye.doors.office.sign_in import BACKEND
    from anye.records.accounts.models import User
    from anye.records.accounts.scope import APP, BATCH, acting

    with acting(BATCH, actor="bench", purpose="bench"):
        demo_users()
        user = User.objects.get(username=username)
    with acting(APP, actor="bench", purpose="bench"):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = BACKEND
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[FACTOR] = DONE
        session.create()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key), settings.CSRF_COOKIE_NAME: CSRF}
