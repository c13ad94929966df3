"""The WSGI application that `anye serve` runs."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anye.config.settings")
application = get_wsgi_application()

from anye.packs.rules import pack_folder, read_rules  # noqa: E402 settings come first

book = read_rules(pack_folder(settings.ANYE_PACK))  # a second and a half that no reader waits for
for code in book.policies:
    book.for_case(code)
