"""Signing in as a browser does it, for the tests of sign-in and of the account."""

import pyotp
from django.utils import timezone

from anye.records.audit.models import Event

PASSWORD = "four plain words suffice"
ELSEWHERE = "203.0.113.7"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(client, username="wang.li", password=PASSWORD, **more):
    return client.post("/sign-in/", {"login": username, "password": password}, **more)


def add_device(client):
    """Go through the set-up of a device; returns its secret and the answer to its first code."""
    page = client.get("/account/device/add/")
    secret = page.context["form"].secret
    return secret, client.post("/account/device/add/", {"code": pyotp.TOTP(secret).now()})


def later_code(secret, steps=1):
    """The code of the next half minute: the present one was used up."""
    return pyotp.TOTP(secret).at(timezone.now(), counter_offset=steps)


def force_in(client, user):
    """A session with everything done."""
    client.force_login(user, backend=BACKEND)
    session = client.session
    session["second_factor"] = "done"
    session.save()


def is_in(client):
    return client.get("/account/").status_code == 200


def events(verb):
    return list(Event.objects.filter(verb=verb).order_by("id"))
