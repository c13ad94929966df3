"""What each was found to be owed: a ledger that grows by what changed, night by night, and which rules said so."""

from django.db import models
from django.db.models import Q

from anye.records.accounts.scope import ScopedManager
from anye.records.firms.models import Firm
from anye.records.people.facts import link, one_current
from anye.records.people.models import Person

NO, PAY, UNKNOWN = 0, 1, 2


class Policy(models.Model):
    """A policy (政策) by its code, whatever its rules are at the time."""

    code = models.CharField("代码", max_length=60, unique=True)


class PolicyVersion(models.Model):
    """The rules of a policy as they once stood in a file (政策版本), known by the file's digest; never changed.

    `text`: the file; `reasons`: the names of what can stand in the way, in the order of the bits of a decision's masks.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64)
    title_zh = models.CharField("名称", max_length=120)
    title_en = models.CharField("英文名称", max_length=200)
    text = models.TextField("规则")
    reasons = models.JSONField("理由")
    first_used_on = models.DateField("启用日期")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "digest"], name="entitlements_version_once")]


class Run(models.Model):
    """One pass over everybody (核算): of the months from the first to the last, as known on a day. One that was broken off left
    nothing behind. `basis`: all that it rested on besides the facts of persons and firms; where that is the same the next time,
    those alone are judged anew of whom something else is known.

    `is_whole`: not of some persons alone, whose facts were changed meanwhile. `summary`: policy → what it came to. `came`:
    table of facts → the months that it then had rows of, as months since January 1970; `blind`: policy → by month the places
    of the reasons for which nobody's facts are known. Who looks at a part of the rows cannot tell either from them.
    """

    first_month = models.DateField("首月")
    last_month = models.DateField("末月")
    known_on = models.DateField("获知日期")
    started_by = models.CharField("发起人", max_length=40)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    summary = models.JSONField("汇总", default=dict)
    is_whole = models.BooleanField(default=True)
    came = models.JSONField(default=dict)
    blind = models.JSONField(default=dict)
    basis = models.JSONField(default=dict)


class Entitlement(models.Model):
    """A decision of the rules for a month (应享待遇): of a person, a person at a firm, a firm, or a person's post.

    `outcome`: 0 no, 1 pay, 2 unknown; `amount_fen` is NULL while it is unknown. `unmet`, `missing`: bits by the reasons of
    the version. A decision stands from `known_on` until `retired_on`, when `retired_by`, a run, found otherwise. Who never was
    owed anything has no line. A firm's own decisions belong to the district's office.
    """

    scope_no = models.BigIntegerField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="decisions", db_index=False)
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="decisions", db_index=False)
    person = link(Person, related_name="entitlements", null=True)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="entitlements")
    post = models.CharField("岗位", max_length=330, blank=True)
    month = models.DateField("月份")
    outcome = models.SmallIntegerField("结论")
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    unmet = models.BigIntegerField("不满足", default=0)
    missing = models.BigIntegerField("待核实", default=0)
    run = models.ForeignKey(Run, models.PROTECT, related_name="decisions", db_index=False)
    known_on = models.DateField("获知日期")
    retired_on = models.DateField("停用日期", null=True)
    retired_by = models.BigIntegerField("停用核算", null=True)

    objects = ScopedManager()

    class Meta:
        indexes = [
            models.Index(
                fields=["scope_no", "policy", "outcome", "id"],
                name="entitlements_by_scope",
                condition=Q(retired_on=None),
            ),
        ]
        constraints = [
            *one_current("entitlements_entitlement", "policy", "month", "person", "firm", "post"),
            models.CheckConstraint(condition=Q(month__day=1), name="entitlements_entitlement_month"),
            models.CheckConstraint(
                condition=Q(outcome=UNKNOWN, amount_fen__isnull=True)
                | Q(outcome=PAY, amount_fen__gt=0)
                | Q(outcome=NO, amount_fen=0),
                name="entitlements_entitlement_amount",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(firm__isnull=False), name="entitlements_entitlement_whose"
            ),
        ]


class Nearly(models.Model):
    """Whoever would be paid but for one reason, which can be mended (只差一项): a person, a person at a firm, a firm, a post.

    `reason`: its name in the policy; `month`: the last in which nothing is missing. Drawn anew by every pass; `found_on` stays
    while the reason is the same. A firm's own belongs to the district's office.
    """

    scope_no = models.BigIntegerField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="nearly", db_index=False)
    person = link(Person, related_name="nearly", null=True)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="nearly")
    post = models.CharField("岗位", max_length=330, blank=True)
    month = models.DateField("月份")
    reason = models.CharField("不满足", max_length=120)
    found_on = models.DateField("发现日期")

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["scope_no", "policy", "id"], name="entitlements_nearly_scope")]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "person", "firm", "post"], nulls_distinct=False, name="entitlements_nearly_once"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(firm__isnull=False), name="entitlements_nearly_whose"
            ),
        ]


__all__ = ["NO", "PAY", "UNKNOWN", "Entitlement", "Nearly", "Policy", "PolicyVersion", "Run"]
