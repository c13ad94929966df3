"""Django settings of one registry: everything particular comes from its home folder (see config/home.py).

`ANYE_LOGIN` chooses the database login: `web` (default; may act as the app role only), `worker` or `migrate`.
`ANYE_LOCAL` serves a browser on this machine beside a public site; `ANYE_HOSTS` adds names that the site answers to.
"""

import os
from pathlib import Path

from anye.config import postgres
from anye.config.home import Home, default_home
from anye.config.site import Site

ROOT = Path(__file__).resolve().parent.parent
HOME = Home.open(Path(os.environ.get("ANYE_HOME") or default_home()))
LOGIN = os.environ.get("ANYE_LOGIN", "web")
LOGIN_ROLES = {"web": "anye_app", "worker": "anye_batch", "migrate": "anye_owner"}

SECRET_KEY = HOME.secret_key
DEBUG = False
ANYE_PACK = HOME.pack
ANYE_SOURCES = HOME.sources
ANYE_TRIAL = HOME.trial
ANYE_KEYRING = HOME.keyring_text()
ANYE_KEY_FILE = HOME.keys_path

DATABASES = {
    "default": {
        **postgres.django_database(HOME, LOGIN, LOGIN_ROLES[LOGIN]),
        # kept between requests: signing in to PostgreSQL costs more than most pages. A request leaves nothing
        # behind in it, as role and range are set for its transaction only.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}

from anye.config.defaults import *  # noqa: E402, F403

SITE = Site() if os.environ.get("ANYE_LOCAL") else HOME.site
ANYE_DAY = HOME.day
globals().update(SITE.settings(filter(None, os.environ.get("ANYE_HOSTS", "").split(","))))
