"""Jobs that firms offer."""

from django.db import models

from anye.records.firms.models import Firm, FirmFact
from anye.records.people.facts import one_current


class Vacancy(FirmFact):
    """A post that a firm wants to fill (招聘岗位): where, how many, the wage's range in fen a `wage_unit`, until when.

    What a firm advertises may be read by everybody.
    """

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="vacancies")
    number = models.CharField("岗位编号", max_length=160, blank=True)
    title = models.CharField("岗位名称", max_length=160)
    occupation = models.CharField("工种", max_length=160, blank=True)
    workplace_text = models.CharField("工作地点", max_length=160, blank=True)
    headcount = models.BigIntegerField("招聘人数", null=True)
    wage_low_fen = models.BigIntegerField("最低工资（分）", null=True)
    wage_high_fen = models.BigIntegerField("最高工资（分）", null=True)
    wage_unit = models.CharField("计薪单位", max_length=160, blank=True)
    education = models.CharField("学历要求", max_length=160, blank=True)
    requirements = models.CharField("其他要求", max_length=160, blank=True)
    contact = models.CharField("联系方式", max_length=160, blank=True)
    valid_from = models.DateField("发布日期", null=True)
    valid_to = models.DateField("截止日期", null=True)

    class Meta:
        constraints = one_current("jobs_vacancy", "firm", "number", "title", "workplace_text")


__all__ = ["Vacancy"]
