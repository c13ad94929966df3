"""Doubts and the visits that settle them. A finding is a doubt, never a verdict."""

from django.db import models
from django.db.models import Q

from anye.records.accounts.scope import ScopedManager
from anye.records.people.facts import link
from anye.records.people.models import Person


class Finding(models.Model):
    """Two records that disagree, or one that cannot be right (疑点): rule, subject, evidence as (table, id) pairs.

    `key` is stable over runs: rule, person, organisation, first month. `month` is the month it speaks of. `sealed`: the
    name in the row that contradicts (see `queries.opened_rival`), where the row itself is not the reader's to see.
    States: open, visiting, mending (found out, but only the keeper of a register can mend it), confirmed, explained,
    source_error, gone (the records agree again). `settled_by`: the entry whose answer led to the state.
    """

    token = models.CharField(max_length=22, unique=True)
    key = models.BinaryField(unique=True)
    rule = models.CharField("规则", max_length=8)
    person = link(Person, null=True, related_name="findings")
    scope_no = models.BigIntegerField()
    firm_id = models.BigIntegerField(null=True)
    month = models.DateField("月份", null=True)
    evidence = models.JSONField(default=list)
    params = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    state = models.CharField("状态", max_length=12, default="open")
    found_on = models.DateField("发现日期")
    seen_on = models.DateField("最近发现日期")
    due_on = models.DateField("期限", null=True)
    settled_on = models.DateField("办结日期", null=True)
    settled_by = models.BigIntegerField("办结录入", null=True)  # an entry's key, like all evidence

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["open", "visiting", "mending", "confirmed", "explained", "source_error", "gone"]
                ),
                name="findings_finding_state",
            ),
        ]
        indexes = [
            models.Index(fields=["scope_no", "state", "due_on", "id"], name="findings_finding_work"),
            models.Index(fields=["rule", "scope_no", "id"], name="findings_finding_rule"),
        ]


class Visit(models.Model):
    """A home visit that a village owes (入户核查): why, by when, and what was answered. One open visit a person."""

    token = models.CharField(max_length=22, unique=True)
    person = link(Person, related_name="visits")
    scope_no = models.BigIntegerField()
    state = models.CharField("状态", max_length=10, default="due")
    due_on = models.DateField("期限")
    made_on = models.DateField("入户日期", null=True)
    made_by = models.CharField("入户人", max_length=40, blank=True)
    answer = models.CharField("答复", max_length=80, blank=True)  # codes of the answers, with commas between
    note_sealed = models.BinaryField(null=True)
    entry_id = models.BigIntegerField(null=True)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["due", "done", "dropped"]), name="findings_visit_state"),
            models.UniqueConstraint(fields=["person"], condition=Q(state="due"), name="findings_visit_open"),
        ]
        indexes = [models.Index(fields=["scope_no", "state", "due_on", "id"], name="findings_visit_work")]


class VisitFinding(models.Model):
    """Which doubts a visit is to settle."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="subjects")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="visits")
    scope_no = models.BigIntegerField()

    objects = ScopedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "finding"], name="findings_visitfinding_once")]


class Handover(models.Model):
    """An officer hands lines of what is owed to visits (交办入户): which kind of lines, by key, and what came of it.

    `kind`: unknown, unpaid or nearly (see rules). The worker carries it out. States: waiting, done, refused.
    """

    token = models.CharField(max_length=22, unique=True)
    scope_no = models.BigIntegerField()
    duty_id = models.BigIntegerField()
    kind = models.CharField("类型", max_length=8)
    rows = models.JSONField("行", default=list)
    asked_by = models.CharField("交办人", max_length=40)
    asked_at = models.DateTimeField("交办时间")
    state = models.CharField("状态", max_length=8, default="waiting")
    figures = models.JSONField("结果", default=dict)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "refused"]), name="findings_handover_state"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["unknown", "unpaid", "nearly"]), name="findings_handover_kind"
            ),
        ]
