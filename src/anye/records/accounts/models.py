"""Who works here, in which role and for which part of the office tree."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class Role(models.TextChoices):
    VILLAGE_WORKER = "village_worker", "Village worker"
    TOWN_OFFICER = "town_officer", "Town officer"
    DISTRICT_OFFICER = "district_officer", "District officer"
    APPROVER = "approver", "Approver"
    FINANCE = "finance", "Finance"
    POVERTY_OFFICE = "poverty_office", "Poverty office"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Administrator"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)  # house: writes-in-actions: Django and allauth call a manager to make users
        return user


class User(AbstractBaseUser):
    """One officer's account (用户). What it may see comes from its duties alone."""

    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    email = models.EmailField("邮箱", blank=True)
    telephone = models.CharField("电话", max_length=40, blank=True)
    language = models.CharField("语言", max_length=10, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    password_until = models.DateTimeField("一次性密码有效期至", null=True)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.username


class Duty(models.Model):
    """A role over a range (岗位职责): role × scope kind × scope number, between dates.

    The number is an office's, a firm's or a person's; it is an integer and not a foreign key, because firms and
    people stand above accounts.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="duties", verbose_name="用户")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    scope_kind = models.CharField("范围类别", max_length=8, choices=[("office", "Office")], default="office")
    scope_no = models.BigIntegerField("管辖编号")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="accounts_duty_dates"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "scope_kind", "scope_no"],
                condition=Q(ends_on__isnull=True),
                name="accounts_duty_once",
            ),
        ]


class SignInLink(models.Model):
    """A one-time sign-in link for the demo and as a way back (一次性登录链接); only its digest is kept.

    The session that it opens asks for a new password, or for that and a new device; the old ones go when it is used.
    """

    user = models.ForeignKey(User, models.CASCADE)
    digest = models.BinaryField(unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    wants_password = models.BooleanField(default=False)
    wants_device = models.BooleanField(default=False)
