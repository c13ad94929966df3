"""Settings of sign-in: passwords after NIST SP 800-63B, a second factor for every officer, lock-out, rates."""

LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

# length, not composition; nothing common, nothing that the account itself tells (NIST SP 800-63B 5.1.1.2)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "anye.doors.office.password_rules.RunValidator"},
    {"NAME": "anye.doors.office.password_rules.OwnWordsValidator"},
]

# an office shares one address: locking by name alone stops guessing without locking out the neighbours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
# trying on while locked does not prolong the lock: else anybody could keep an officer out for good
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "anye.doors.office.sign_in.locked_out"
AXES_USERNAME_CALLABLE = "anye.doors.office.sign_in.lock_key"
# a refused sign-in is kept without the password and without the rest of the form; the trail is ours (bar 15)
AXES_SENSITIVE_PARAMETERS = ["password", "username", "login"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

ACCOUNT_ADAPTER = "anye.doors.office.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "anye.doors.office.sign_in_forms.SignInForm",
    "reauthenticate": "anye.doors.office.sign_in_forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_SESSION_REMEMBER = False  # a shared desk: the session ends with the browser
# guesses at one password or one code; whole offices stand behind one address
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "40/m/ip,10/900s/key", "reauthenticate": "10/m/user"}

MFA_ADAPTER = "anye.doors.office.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "anye.doors.office.sign_in_forms.CodeForm",
    "reauthenticate": "anye.doors.office.sign_in_forms.CodeAgainForm",
    "activate_totp": "anye.doors.office.sign_in_forms.DeviceForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Anye 安业"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
