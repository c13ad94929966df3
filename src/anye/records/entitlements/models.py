"""What each was found to be owed: a ledger that grows by what changed, night by night, and which rules said so."""

from django.db import models
from django.db.models import F, Q

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


class Draft(models.Model):
    """Rules of a policy as an officer would have them (规则修改稿), until somebody else publishes them.

    States: open (being written), offered (to be decided by another), published, dropped. `base_digest`: of the rules in use when
    it was begun, which are kept as a version. `foreseen`: what would change for whom, drawn from the registry for the text of
    `foreseen_digest`; `foreseen_state`: nothing, asked, done or failed.
    """

    OPEN = ("open", "offered")

    token = models.CharField(max_length=22, unique=True)
    scope_no = models.BigIntegerField()
    code = models.CharField("政策", max_length=60)
    text = models.TextField("规则")
    base_digest = models.CharField(max_length=64)
    reason = models.CharField("原因", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, default="open")
    author = models.CharField("起草人", max_length=40)
    begun_at = models.DateTimeField("开始时间")
    offered_at = models.DateTimeField("提交时间", null=True)
    decided_by = models.CharField("决定人", max_length=40, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    note = models.CharField("意见", max_length=300, blank=True)
    foreseen_state = models.CharField(max_length=8, blank=True)
    foreseen_digest = models.CharField(max_length=64, blank=True)
    foreseen = models.JSONField(null=True)

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["scope_no", "-id"], name="entitlements_draft_scope")]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(state__in=["open", "offered"]), name="entitlements_draft_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "offered", "published", "dropped"]), name="entitlements_draft_state"
            ),
            models.CheckConstraint(
                condition=Q(foreseen_state__in=["", "asked", "done", "failed"]), name="entitlements_draft_foreseen"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | ~Q(decided_by=F("author")), name="entitlements_draft_two"
            ),
        ]


class Publication(models.Model):
    """A version that came into use by an officer's hand (规则发布): whoever wrote it did not publish it. The last one of a policy
    is in use; a policy without one is as the pack's file says. `base_digest`: of the rules before it, which are kept too: the
    draft is the district's, this is everybody's to read.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="publications")
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="publications")
    draft = models.OneToOneField(Draft, models.PROTECT, related_name="publication")
    base_digest = models.CharField(max_length=64)
    authored_by = models.CharField("起草人", max_length=40)
    published_by = models.CharField("发布人", max_length=40)
    published_at = models.DateTimeField("发布时间")
    reason = models.CharField("原因", max_length=300)
    note = models.CharField("意见", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(authored_by=F("published_by")), name="entitlements_publication_two"),
        ]


class Foreseen(models.Model):
    """For whom a draft would change something, and by how much (影响名单): a line a person, firm, person at a firm or post.

    `months`: how many differ, from the first to the last; `difference_fen`: between the sums that are owed, what is not known
    left out; `was`, `becomes`: the outcomes of the last month that differs.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="lines", db_index=False)
    scope_no = models.BigIntegerField()
    person = link(Person, related_name="+", null=True)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="+")
    post = models.CharField("岗位", max_length=330, blank=True)
    first_month = models.DateField("首月")
    last_month = models.DateField("末月")
    months = models.IntegerField("月数")
    was = models.SmallIntegerField("原结论")
    becomes = models.SmallIntegerField("新结论")
    difference_fen = models.BigIntegerField("差额（分）")

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["draft", "difference_fen", "id"], name="entitlements_foreseen_draft")]


__all__ = [
    "NO", "PAY", "UNKNOWN", "Draft", "Entitlement", "Foreseen", "Nearly", "Policy", "PolicyVersion", "Publication", "Run",
]  # fmt: skip
