"""Figures as they stood on a day: of every area, and the rows behind them."""

from django.db import models

from anye.records.accounts.scope import ScopedManager
from anye.records.firms.models import Firm
from anye.records.people.facts import link
from anye.records.people.models import Person


class Snapshot(models.Model):
    """All figures as of a day, by what was known on a day (统计快照). Taken again, they would be the same: facts are not forgotten.

    `state`: asked of the worker, or done. `definitions`: the digest of the definitions that they were counted by.
    """

    STATES = ("asked", "done")

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
            models.CheckConstraint(condition=models.Q(state__in=("asked", "done")), name="briefings_snapshot_state"),
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


__all__ = ["Snapshot", "SnapshotFigure", "SnapshotRow"]
