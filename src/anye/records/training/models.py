"""Training trades, classes and who attended them; training through work."""

from django.db import models

from anye.records.accounts.scope import ScopedManager
from anye.records.firms.models import Firm, FirmFact
from anye.records.people.facts import DatedFact, link, one_current
from anye.records.people.models import Person


class Trade(FirmFact):
    """A trade that training is paid for (培训工种目录): standard in fen a person, days and lessons in tenths.

    `office_no` is the scope number of the office whose catalogue it is; anybody may read it.
    """

    office_no = models.BigIntegerField()
    name = models.CharField("工种", max_length=160)
    code = models.CharField("工种代码", max_length=160, blank=True)
    level = models.CharField("等级", max_length=160, blank=True)
    days = models.BigIntegerField("培训天数", null=True)
    hours_tenths = models.BigIntegerField("学时（十分之一）", null=True)
    standard_fen = models.BigIntegerField("补贴标准（分）", null=True)
    is_special = models.BooleanField("特色工种", null=True)

    class Meta:
        constraints = one_current("training_trade", "office_no", "name", "level")


class TrainingClass(FirmFact):
    """A class as its provider files it (培训班): trade, dates, lessons, and head-counts as claimed."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="classes")
    class_code = models.CharField("班级编号", max_length=160, blank=True)
    class_name = models.CharField("班级名称", max_length=160, blank=True)
    trade = models.CharField("培训工种", max_length=160, blank=True)
    level = models.CharField("等级", max_length=160, blank=True)
    site = models.CharField("培训地点", max_length=160, blank=True)
    valid_from = models.DateField("开班日期", null=True)
    valid_to = models.DateField("结业日期", null=True)
    hours_tenths = models.BigIntegerField("学时（十分之一）", null=True)
    headcount = models.BigIntegerField("培训人数", null=True)
    passed = models.BigIntegerField("合格人数", null=True)

    class Meta:
        constraints = one_current("training_trainingclass", "firm", "class_code", "class_name", "trade", "valid_from")


class Enrolment(DatedFact):
    """Who was trained (培训学员): class, lessons signed for in tenths, the certificate and its day. Its number is sealed."""

    person = link(Person, related_name="enrolments")
    class_code = models.CharField("班级编号", max_length=160, blank=True)
    class_name = models.CharField("班级名称", max_length=160, blank=True)
    trade = models.CharField("培训工种", max_length=160, blank=True)
    level = models.CharField("等级", max_length=160, blank=True)
    provider = models.CharField("培训机构", max_length=160, blank=True)
    hours_tenths = models.BigIntegerField("签到学时（十分之一）", null=True)
    certificate_kind = models.CharField("证书类别", max_length=160, blank=True)
    certificate_sealed = models.BinaryField("证书编号", null=True)
    certificate_blind = models.BinaryField(null=True)
    certified_on = models.DateField("发证日期", null=True)
    result = models.CharField("考核结果", max_length=160, blank=True)

    class Meta:
        constraints = one_current("training_enrolment", "person", "class_code", "class_name", "trade", "valid_from")


class WorkTraining(DatedFact):
    """A worker in training through work (以工代训人员): the firm, from when to when, wage and subsidy in fen."""

    person = link(Person, related_name="work_trainings")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="work_trainings")
    months = models.BigIntegerField("月数", null=True)
    trade = models.CharField("培训工种", max_length=160, blank=True)
    wage_fen = models.BigIntegerField("工资（分）", null=True)
    amount_fen = models.BigIntegerField("补贴金额（分）", null=True)

    class Meta:
        constraints = one_current("training_worktraining", "person", "firm", "valid_from")


class Filing(FirmFact):
    """What a firm filed for training through work (以工代训申报): the period, how many people, how much in fen, on what ground.

    Firms' money is seen by the office that it is filed with.
    """

    scope_no = models.BigIntegerField()
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="filings")
    number = models.CharField("申报编号", max_length=160, blank=True)
    valid_from = models.DateField("开始日期", null=True)
    valid_to = models.DateField("结束日期", null=True)
    headcount = models.BigIntegerField("申报人数", null=True)
    amount_fen = models.BigIntegerField("申报金额（分）", null=True)
    ground = models.CharField("申报类别", max_length=160, blank=True)
    filed_on = models.DateField("申报日期", null=True)

    objects = ScopedManager()

    class Meta:
        constraints = one_current("training_filing", "firm", "number", "valid_from")


__all__ = ["Enrolment", "Filing", "Trade", "TrainingClass", "WorkTraining"]
