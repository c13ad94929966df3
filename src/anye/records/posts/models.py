"""Public-welfare posts and community workshops, as registers tell of them."""

from django.db import models

from anye.records.firms.models import Firm, FirmFact
from anye.records.people.facts import DatedFact, MonthFact, first_of_month, link, one_current
from anye.records.people.models import Person


class Assignment(DatedFact):
    """Who holds which public-welfare post (公益性岗位安置人员): unit, kind, hours a week in tenths, pay in fen a month."""

    person = link(Person, related_name="assignments")
    unit = models.CharField("用人单位", max_length=160, blank=True)
    post_name = models.CharField("岗位名称", max_length=160)
    post_kind = models.CharField("岗位类别", max_length=160, blank=True)
    site = models.CharField("岗位地点", max_length=160, blank=True)
    weekly_tenths = models.BigIntegerField("每周工时（十分之一小时）", null=True)
    pay_fen = models.BigIntegerField("月补贴（分）", null=True)
    exit_reason = models.CharField("退出原因", max_length=160, blank=True)

    class Meta:
        constraints = one_current("posts_assignment", "person", "unit", "post_name", "valid_from")


class Attendance(MonthFact):
    """Attendance at a public-welfare post in a month (公益性岗位考勤): tenths of days and hours, what is to be paid in fen."""

    person = link(Person, related_name="post_attendances")
    unit = models.CharField("用人单位", max_length=160, blank=True)
    post_name = models.CharField("岗位名称", max_length=160, blank=True)
    days_tenths = models.BigIntegerField("出勤天数（十分之一天）", null=True)
    hours_tenths = models.BigIntegerField("出勤工时（十分之一小时）", null=True)
    pay_fen = models.BigIntegerField("应发补贴（分）", null=True)

    class Meta:
        constraints = [
            *one_current("posts_attendance", "person", "month", "unit", "post_name"),
            first_of_month("posts_attendance_month"),
        ]


class Workshop(FirmFact):
    """A workshop near home (就业帮扶车间), run by a firm; head-counts as claimed, to be compared with the records."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="workshops")
    name = models.CharField("车间名称", max_length=160)
    workshop_kind = models.CharField("类别", max_length=160, blank=True)
    site = models.CharField("地址", max_length=160, blank=True)
    valid_from = models.DateField("认定日期", null=True)
    valid_to = models.DateField("注销日期", null=True)
    headcount = models.BigIntegerField("从业人数", null=True)
    poor_headcount = models.BigIntegerField("脱贫劳动力人数", null=True)

    class Meta:
        constraints = one_current("posts_workshop", "firm", "name")


__all__ = ["Assignment", "Attendance", "Workshop"]
