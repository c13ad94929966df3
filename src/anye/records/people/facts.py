"""The one shape of everything known: a dated fact with a source (see docs/house.md, *Facts*)."""

from typing import Any

from django.db import models
from django.db.models import Q

from anye.engine.intake.statements import STATEMENTS
from anye.records.accounts.scope import ScopedManager

# kinds of personal detail that never reach SQL in clear, and the sealing context of each; free text too: illnesses
# and telephone numbers stand in notes
SEALED_KINDS = {
    "id_number": "id_number",
    "phone": "phone",
    "address": "address",
    "health": "health",
    "disability": "health",
    "jobless_reason": "health",
    "status_note": "note",
}

# what is sealed of a status of another register: columns and contexts
STATUS_CONTEXTS = STATEMENTS["status"].sealed


class Fact(models.Model):
    """What every fact carries: when the office learned it, what replaced it, and which source row said it.

    `known_on` is the day the office learned it; `retired_on` the day it was replaced or withdrawn, and `retired_by`
    the batch that did it. Source batch, sheet (from 0) and line (from 1) are integers without a foreign key, because
    registers stand above people.
    """

    scope_no = models.BigIntegerField()
    known_on = models.DateField("获知日期")
    retired_on = models.DateField("停用日期", null=True)
    retired_by = models.BigIntegerField("停用批次", null=True)
    source_batch = models.BigIntegerField("来源批次")
    source_sheet = models.SmallIntegerField("来源表", default=0)
    source_line = models.IntegerField("来源行")

    objects = ScopedManager()

    class Meta:
        abstract = True


class DatedFact(Fact):
    """A fact that holds from a day to a day; either end may be unknown."""

    valid_from = models.DateField("开始日期", null=True)
    valid_to = models.DateField("结束日期", null=True)

    class Meta(Fact.Meta):
        abstract = True


class MonthFact(Fact):
    """A fact of one month, named by its first day."""

    month = models.DateField("月份")

    class Meta(Fact.Meta):
        abstract = True


def one_current(table: str, *fields: str) -> list[models.BaseConstraint]:
    """At most one current fact a key, NULLs counting as equal; and retirement has a day and an author together."""
    retired = Q(retired_on__isnull=True, retired_by__isnull=True) | Q(
        retired_on__isnull=False, retired_by__isnull=False
    )
    return [
        models.UniqueConstraint(
            fields=fields, condition=Q(retired_on__isnull=True), nulls_distinct=False, name=f"{table}_current"
        ),
        models.CheckConstraint(condition=retired, name=f"{table}_retired"),
    ]


def first_of_month(name: str) -> models.BaseConstraint:
    return models.CheckConstraint(condition=Q(month__day=1), name=name)


def link(to: Any, **options: Any) -> "models.ForeignKey[Any, Any]":
    """A foreign key whose constraint is the composite one of the migrations (id and scope_no together)."""
    return models.ForeignKey(to, models.DO_NOTHING, db_constraint=False, db_index=False, **options)
