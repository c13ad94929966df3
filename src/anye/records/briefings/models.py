"""Figures as they stood on a day, of every area, with the rows behind them; and the briefings that tell them."""

from django.db import models

from anye.records.accounts.scope import ScopedManager
from anye.records.firms.models import Firm
from anye.records.people.facts import link
from anye.records.people.models import Person


class Snapshot(models.Model):
    """All figures as of a day, by what was known on a day (统计快照). Taken again, they would be the same: facts are not forgotten.

    `state`: asked of the worker, done, or failed: it was tried in vain at `taken_at` and may be asked again. `definitions`: the
    digest of the definitions that they were counted by.
    """

    STATES = ("asked", "done", "failed")

    token = models.CharField(max_length=22, unique=True)
    as_of = models.DateField("截至日期")
    known_on = models.DateField("获知日期")
    state = models.CharField("状态", max_length=6, default="asked")
    definitions = models.CharField("定义摘要", max_length=64, blank=True, default="")
    asked_by = models.CharField("申请人", max_length=40)
    taken_at = models.DateTimeField("生成时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["as_of", "known_on"], name="briefings_snapshot_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=("asked", "done", "failed")), name="briefings_snapshot_state"
            ),
            models.CheckConstraint(condition=models.Q(as_of__lte=models.F("known_on")), name="briefings_snapshot_days"),
        ]


class SnapshotFigure(models.Model):
    """A figure of an area (区域指标值): money in yuan, shares per cent; NULL is not known. `rows`: how many it counts."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="figures")
    scope_no = models.BigIntegerField()
    indicator = models.CharField("指标", max_length=8)
    area_code = models.CharField("区划代码", max_length=12)
    value = models.DecimalField("数值", max_digits=18, decimal_places=2, null=True)
    rows = models.IntegerField("行数")

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "area_code", "indicator"], name="briefings_figure_once")
        ]


class SnapshotRow(models.Model):
    """One row behind a figure (指标明细): whom or what it counts, from when to when, how much. Kept of the last snapshots alone.

    `value`: fen, days or nothing, as its indicator adds up; `is_in`: of a share, whether it is in the part; `lines`: how many
    rows of registers it stands for, `fact` the first of them.
    """

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="behind", db_index=False)
    scope_no = models.BigIntegerField()
    indicator = models.CharField("指标", max_length=8)
    person = link(Person, related_name="figures", null=True)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="figures")
    what = models.CharField("内容", max_length=400, blank=True)
    area_code = models.CharField("区划代码", max_length=12, blank=True)
    since = models.DateField("起", null=True)
    until = models.DateField("止", null=True)
    lines = models.IntegerField("记录数")
    value = models.BigIntegerField("数值", null=True)
    is_in = models.BooleanField("已覆盖")
    fact = models.BigIntegerField("首条记录", null=True)

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["snapshot", "indicator", "scope_no", "id"], name="briefings_row_of")]


class Briefing(models.Model):
    """A text with live figures in it, of an area, by a snapshot (简报): a draft that may be changed, and issued as often as it is
    put right. `kind`: of a month, a quarter, a year, or other; `version` grows with every change, so that none is written over.
    """

    KINDS = ("month", "quarter", "year", "other")

    token = models.CharField(max_length=22, unique=True)
    scope_no = models.BigIntegerField()
    area_code = models.CharField("区划代码", max_length=12)
    kind = models.CharField("类型", max_length=7)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="briefings")
    text_zh = models.TextField("中文", blank=True)
    text_en = models.TextField("英文", blank=True)
    version = models.IntegerField("版本", default=1)
    author = models.CharField("起草人", max_length=40)
    begun_at = models.DateTimeField("开始时间")
    changed_by = models.CharField("修改人", max_length=40)
    changed_at = models.DateTimeField("修改时间")

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["scope_no", "-id"], name="briefings_briefing_list")]
        constraints = [
            models.UniqueConstraint(fields=["id", "scope_no"], name="briefings_briefing_scope"),
            models.CheckConstraint(
                condition=models.Q(kind__in=("month", "quarter", "year", "other")), name="briefings_briefing_kind"
            ),
            models.CheckConstraint(
                condition=~(models.Q(text_zh="") & models.Q(text_en="")), name="briefings_briefing_text"
            ),
        ]


class BriefingIssue(models.Model):
    """A briefing as it was given out (简报定稿): the text, and every figure that it may name, frozen. Nobody changes it; what was
    wrong in it is put right in the next issue. `told`: `engine.report.briefing.told.Tidings` as JSON; `documents`: language → the
    document as it was composed, `engine.report.briefing.frozen`.
    """

    briefing = models.ForeignKey(Briefing, models.PROTECT, related_name="issues", db_index=False)
    scope_no = models.BigIntegerField()
    number = models.IntegerField("版次")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="issues")
    text_zh = models.TextField("中文", blank=True)
    text_en = models.TextField("英文", blank=True)
    told = models.JSONField("数值")
    documents = models.JSONField("成稿")
    note = models.CharField("说明", max_length=300, blank=True)
    issued_by = models.CharField("定稿人", max_length=40)
    issued_at = models.DateTimeField("定稿时间")

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "scope_no"], name="briefings_issue_scope"),
            models.UniqueConstraint(fields=["briefing", "number"], name="briefings_issue_once"),
            models.CheckConstraint(condition=models.Q(number=1) | ~models.Q(note=""), name="briefings_issue_says_why"),
        ]


class BriefingRecount(models.Model):
    """The figures of an issue, counted once more from the records, by what was known then (简报复算). `found`: where they differ;
    empty: they are the same.
    """

    STATES = ("asked", "done", "failed")

    issue = models.ForeignKey(BriefingIssue, models.PROTECT, related_name="recounts")
    scope_no = models.BigIntegerField()
    state = models.CharField("状态", max_length=6, default="asked")
    asked_by = models.CharField("申请人", max_length=40)
    asked_at = models.DateTimeField("申请时间")
    done_at = models.DateTimeField("完成时间", null=True)
    found = models.JSONField("差异", null=True)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("asked", "done", "failed")), name="briefings_recount_state"
            ),
            models.UniqueConstraint(
                fields=["issue"], condition=models.Q(state="asked"), name="briefings_recount_one_at_a_time"
            ),
        ]


__all__ = ["Briefing", "BriefingIssue", "BriefingRecount", "Snapshot", "SnapshotFigure", "SnapshotRow"]
