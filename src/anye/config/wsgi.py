"""The WSGI application that `anye serve` runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anye.config.settings")
application = get_wsgi_application()
