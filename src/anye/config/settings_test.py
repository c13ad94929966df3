"""Settings of the tests: the same PostgreSQL roles and policies, one login that may take any of them."""

from anye.config import postgres
from anye.config.defaults import *  # noqa: F403
from anye.engine.sealing import Keyring

SECRET_KEY = "the tests' own key"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
ANYE_OWN_HOSTS = ALLOWED_HOSTS  # the test client asks for `testserver`, and sits at this machine
ANYE_PACK = "cn_yubei"
ANYE_SOURCES = None
ANYE_TRIAL = True
ANYE_KEYRING = Keyring.new().dumps()

DATABASES = {"default": postgres.start_for_tests()}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
