"""Firms, who works where, and what was insured for whom."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from anye.records.people.facts import DatedFact, Fact, MonthFact, first_of_month, link, one_current
from anye.records.people.models import Person

PREMIUMS = ("pension", "medical", "unemployment", "injury", "maternity")
SIDES = ("firm", "worker")
STATES = ("payable", "waived", "paid")


class Firm(models.Model):
    """An employer (用人单位): a node. The columns but key, token and code are caches of current facts.

    `code` is the valid credit code, else `unit:` and the register's own number, else `name:` and the name's key.

    A firm that no current fact speaks of is hidden. Names and credit codes of employers are public register data, so
    the node itself has no row policy.
    """

    token = models.CharField(max_length=22, unique=True)
    code = models.CharField("单位代码", max_length=180, unique=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    name = models.CharField("名称", max_length=160)
    name_key = models.CharField(max_length=160)
    is_hidden = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["name", "id"], name="firms_firm_by_name")]


class FirmFact(models.Model):
    """A fact that is no person's: what is said of a firm, or of an office's catalogues and funds, without a person's scope."""

    known_on = models.DateField("获知日期")
    retired_on = models.DateField("停用日期", null=True)
    retired_by = models.BigIntegerField("停用批次", null=True)
    source_batch = models.BigIntegerField("来源批次")
    source_sheet = models.SmallIntegerField("来源表", default=0)
    source_line = models.IntegerField("来源行")

    class Meta:
        abstract = True


class FirmDetail(FirmFact):
    """One thing known of a firm (单位信息), in the one shape of a fact but without a person's scope."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="details")
    kind = models.CharField("项目", max_length=24)
    value = models.TextField("内容")

    class Meta:
        constraints = one_current("firms_firmdetail", "firm", "kind")


class Owner(DatedFact):
    """Whose firm it is (经营者): legal representative, partner, shareholder, sole trader, from when to when."""

    person = link(Person, related_name="firms_owned")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="owners")
    role = models.CharField("身份", max_length=160)

    class Meta:
        constraints = one_current("firms_owner", "person", "firm", "role")


class EmploymentSpell(DatedFact):
    """A spell of work (就业经历): may hold a day wage, no contract and no firm code; the workplace is an area."""

    person = link(Person, related_name="spells")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="spells")
    employer_name = models.CharField("就业单位", max_length=160, blank=True)
    workplace_area = models.CharField("就业地", max_length=12, blank=True)
    workplace_text = models.TextField("就业地址", blank=True)
    work_kind = models.CharField("就业类型", max_length=24, blank=True)
    channel = models.CharField("就业渠道", max_length=24, blank=True)
    occupation = models.CharField("岗位工种", max_length=80, blank=True)
    industry = models.CharField("行业", max_length=80, blank=True)
    wage_fen = models.BigIntegerField("工资（分）", null=True)
    wage_unit = models.CharField("计薪单位", max_length=8, blank=True)
    has_contract = models.BooleanField("签订合同", null=True)
    contract_months = models.IntegerField("合同月数", null=True)
    is_insured = models.BooleanField("参保", null=True)

    class Meta:
        constraints = one_current("firms_employmentspell", "person", "valid_from", "employer_name")


def _premium_columns() -> "dict[str, models.Field[int | None, int | None]]":
    return {
        f"{kind}_{side}_{state}_fen": models.BigIntegerField(null=True)
        for kind in PREMIUMS
        for side in SIDES
        for state in STATES
    }


class InsuranceMonth(MonthFact):
    """One person insured by one firm in one month (参保缴费月): base, and per premium what was payable, waived, paid.

    Fen; NULL is unknown, never zero. Columns are `<premium>_<side>_<state>_fen`.
    """

    person = link(Person, related_name="insurance_months")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="insurance_months")
    base_fen = models.BigIntegerField("缴费基数（分）", null=True)

    locals().update(_premium_columns())

    class Meta:
        constraints = [
            *one_current("firms_insurancemonth", "person", "firm", "month"),
            first_of_month("firms_insurancemonth_month"),
        ]
        indexes = [
            models.Index(fields=["scope_no", "month"], name="firms_insurancemonth_scope"),
            BrinIndex(fields=["month"], name="firms_insurancemonth_month_in"),  # whether a month has come at all
        ]


class PayrollLine(MonthFact):
    """What one firm paid one person for one month (工资发放明细): gross and net in fen, days worked."""

    person = link(Person, related_name="payroll_lines")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="payroll_lines")
    gross_fen = models.BigIntegerField("应发工资（分）", null=True)
    net_fen = models.BigIntegerField("实发工资（分）", null=True)
    days = models.IntegerField("出勤天数", null=True)

    class Meta:
        constraints = [
            *one_current("firms_payrollline", "person", "firm", "month"),
            first_of_month("firms_payrollline_month"),
        ]
        indexes = [BrinIndex(fields=["month"], name="firms_payrollline_month_in")]


__all__ = ["EmploymentSpell", "Fact", "Firm", "FirmDetail", "FirmFact", "InsuranceMonth", "Owner", "PayrollLine"]
