"""What officers ask the worker for about files: to try what columns mean, to give rows back, to take a load back, to look."""

from django.db import models
from django.db.models import Q

from anye.records.accounts.scope import ScopedManager
from anye.records.registers.models.files import Batch, Source, Upload


class MappingTrial(models.Model):
    """What a person says the columns of an upload mean, tried by the worker on the whole file (试读); nothing is written.

    Each is one proposal and is never edited: who changes their mind, or somebody else, makes another. `sealed`: what came
    of it; it goes with the file's bytes.
    """

    token = models.CharField(max_length=22, unique=True)
    upload = models.ForeignKey(Upload, models.PROTECT)
    scope_no = models.BigIntegerField()
    source = models.ForeignKey(Source, models.PROTECT)
    name = models.CharField("名称", max_length=80)
    sheet_no = models.SmallIntegerField("工作表")
    line = models.IntegerField("表头所在行")
    depth = models.SmallIntegerField("表头行数")
    headings = models.JSONField("表头")
    meanings = models.JSONField("含义")
    codes = models.JSONField("代码写法", default=dict)
    asked_by = models.CharField("试读人", max_length=40)
    asked_at = models.DateTimeField("试读时间")
    duty_id = models.BigIntegerField()
    state = models.CharField("状态", max_length=10, default="waiting")
    failure = models.JSONField(null=True)
    sealed = models.BinaryField(null=True)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "failed", "refused"]), name="registers_trial_state"
            ),
        ]
        indexes = [models.Index(fields=["upload", "-id"], name="registers_trial_upload")]


class FaultSheet(models.Model):
    """Rows of a load that go back to whoever keeps the file (退回清单): made by the worker, sealed, gone after a day.

    It holds what the rows of the asking range say, numbers too. States: waiting, done, refused (`reason` says why), gone.
    `offices`: scope number and rows of each range whose rows it holds, for the traces of its fetching.
    """

    token = models.CharField(max_length=22, unique=True)
    batch = models.ForeignKey(Batch, models.PROTECT)
    levels = models.JSONField()
    purpose = models.CharField("用途", max_length=20)
    language = models.CharField("语言", max_length=10)
    asked_by = models.CharField("申请人", max_length=40)
    duty_id = models.BigIntegerField()
    scope_no = models.BigIntegerField()
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, default="waiting")
    reason = models.CharField("原因", max_length=40, blank=True)
    rows = models.IntegerField("行数", default=0)
    offices = models.JSONField(default=list)
    sealed = models.BinaryField(null=True)

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["scope_no", "-id"], name="registers_faultsheet_scope")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "refused", "gone"]), name="registers_faultsheet_state"
            ),
        ]


class Withdrawal(models.Model):
    """A load is to be taken back (撤回): what would change is foreseen, somebody confirms with a reason, the worker does it.

    States: asked (being foreseen), foreseen, agreed (being done), done, dropped, refused. `code`: why it was refused, or
    `changed`: the figures are not those that somebody agreed to any more, and are to be looked at again.
    """

    token = models.CharField(max_length=22, unique=True)
    batch = models.ForeignKey(Batch, models.PROTECT)
    scope_no = models.BigIntegerField()
    duty_id = models.BigIntegerField(null=True)
    asked_by = models.CharField("申请人", max_length=40)
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, default="asked")
    figures = models.JSONField(null=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    decided_by = models.CharField("确认人", max_length=40, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True)
    code = models.CharField(max_length=20, blank=True)

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["scope_no", "-id"], name="registers_withdrawal_scope")]
        constraints = [
            models.UniqueConstraint(
                fields=["batch"],
                condition=Q(state__in=["asked", "foreseen", "agreed", "done"]),
                name="registers_withdrawal_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "foreseen", "agreed", "done", "dropped", "refused"]),
                name="registers_withdrawal_state",
            ),
        ]


class Look(models.Model):
    """What loading a file would do (预览): the load was done on trial, counted, and rolled back.

    `sample`: some contradictions, with the keys of the persons, sealed. `sheet`: the rows at fault as a workbook, sealed;
    `offices`: scope number and rows of each range whose rows it holds. Both go once the file is decided about.
    `token`: of the load that was done on trial; the real one gets it, for the sheet names it.
    `lines`: kind of rows (queried, contradicting, changing) → [sheet number, first line, last line] of those there are.
    """

    token = models.CharField(max_length=22, blank=True)
    upload = models.OneToOneField(Upload, models.PROTECT, related_name="look")
    scope_no = models.BigIntegerField()
    looked_at = models.DateTimeField("预览时间")
    source = models.ForeignKey(Source, models.PROTECT)
    figures = models.JSONField()
    lines = models.JSONField(default=dict)
    sample = models.BinaryField(null=True)
    sheet = models.BinaryField(null=True)
    offices = models.JSONField(default=list)

    objects = ScopedManager()
