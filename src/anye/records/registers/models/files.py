"""Where facts come from: sources, batches (a file is a batch), their rows under seal, and what was wrong with them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anye.records.accounts.scope import RestrictedManager, ScopedManager
from anye.records.people.facts import link
from anye.records.people.models import Person


class Source(models.Model):
    """A register that files come from (数据来源), as its profile describes it. A higher rank wins contradictions.

    `identity_rank` counts for name, sex, birth and ID number: what an officer has put right stays right, while a
    status is overtaken by the next month's register. `ranks`: fact (`household`, `detail.lifted_year`) → rank, where it
    differs from `rank`. `is_restricted`: it tells of justice or health, and its rows and loads are seen by duties alone
    that must see those.
    """

    code = models.CharField("代码", max_length=40, unique=True)
    title_zh = models.CharField("名称", max_length=80)
    title_en = models.CharField("英文名称", max_length=80)
    rank = models.SmallIntegerField("可信级别")
    identity_rank = models.SmallIntegerField("身份信息可信级别")
    ranks = models.JSONField("分项可信级别", default=dict)
    creates_persons = models.BooleanField("建档")
    is_restricted = models.BooleanField("受限")


class SourceMapping(models.Model):
    """What a person said the headings of an unknown sheet mean (字段对应): the office's files of those headings are read so.

    Versions of one heading (`signature`) are never edited: the next one, or a person, retires the one that stands.
    `meanings`: for each heading a column of the source's profile, "" where it is kept and not read. `codes`: column →
    spelling → code.
    """

    token = models.CharField(max_length=22, unique=True)
    scope_no = models.BigIntegerField()
    source = models.ForeignKey(Source, models.PROTECT)
    name = models.CharField("名称", max_length=80)
    version = models.IntegerField("版本")
    signature = models.CharField(max_length=64)
    depth = models.SmallIntegerField("表头行数")
    headings = models.JSONField("表头")
    meanings = models.JSONField("含义")
    codes = models.JSONField("代码写法", default=dict)
    saved_by = models.CharField("保存人", max_length=40)
    saved_at = models.DateTimeField("保存时间")
    retired_by = models.CharField("停用人", max_length=40, blank=True)
    retired_at = models.DateTimeField("停用时间", null=True)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope_no", "signature", "version"], name="registers_mapping_version"),
            models.UniqueConstraint(
                fields=["scope_no", "signature"], condition=Q(retired_at=None), name="registers_mapping_stands"
            ),
        ]


class Batch(models.Model):
    """One file as one profile version read it (批次). Its digest is its identity: the same bytes load once.

    `mapping`: what a person said of its headings, where no profile knew them.
    States: reading (rows arrive in blocks), published, failed, withdrawn. Counts follow the command line's report.
    `left_out`: rows that somebody who looked first did not want loaded, as [sheet number, first line, last line].
    """

    token = models.CharField(max_length=22, unique=True)
    source = models.ForeignKey(Source, models.PROTECT)
    profile_version = models.IntegerField()
    mapping = models.ForeignKey(SourceMapping, models.PROTECT, null=True)
    sha256 = models.BinaryField()
    digest = models.BinaryField()
    file_name = models.CharField("文件名", max_length=255)
    file_month = models.DateField("所属月份", null=True)
    known_on = models.DateField("获知日期")
    loaded_by = models.CharField("加载人", max_length=40)
    state = models.CharField("状态", max_length=10, default="reading")
    failure = models.JSONField(null=True)
    rows = models.BigIntegerField("行数", default=0)
    loaded = models.BigIntegerField("已加载", default=0)
    unchanged = models.BigIntegerField("无变化", default=0)
    refused = models.BigIntegerField("退回", default=0)
    queried = models.BigIntegerField("存疑", default=0)
    unattached = models.BigIntegerField("未关联", default=0)
    fact_counts = models.JSONField(default=dict)
    left_out = models.JSONField("未加载的行", default=list)
    started_at = models.DateTimeField("开始时间")
    published_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=~Q(state="withdrawn"), name="registers_batch_once"),
            models.CheckConstraint(
                condition=Q(state__in=["reading", "published", "failed", "withdrawn"]), name="registers_batch_state"
            ),
        ]


class RawBlock(models.Model):
    """Some thousand source rows of a batch, compressed and encrypted (原始数据); only the batch role may open them."""

    batch = models.ForeignKey(Batch, models.PROTECT)
    number = models.IntegerField()
    sealed = models.BinaryField()
    first_sheet = models.SmallIntegerField()
    first_line = models.IntegerField()
    last_sheet = models.SmallIntegerField()
    last_line = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="registers_rawblock_once")]


class Fault(models.Model):
    """What was wrong with a row: refused (nothing was taken), queried (taken, and asked about) or unattached.

    `scope_no` is the office that can mend it: the row's village where it is known and keeps the sheet, else the loading
    office.
    `sealed`: of a refused row the name and place as written (see `queries.opened_label`); of one that attaches to nobody
    the name. `mended_by`: the batch that brought the person of a refused row, or replaced the row, or in which the row
    itself came back, once one has. `is_restricted`: as the batch's source; it has no default, so that nobody forgets it.
    """

    batch = models.ForeignKey(Batch, models.PROTECT)
    sheet_no = models.SmallIntegerField(default=0)
    sheet = models.CharField(max_length=120, null=True)
    line = models.IntegerField("行")
    level = models.CharField(max_length=10)
    column = models.CharField("列", max_length=80, null=True)
    reason = models.CharField("原因", max_length=24)
    params = models.JSONField(default=dict)
    scope_no = models.BigIntegerField()
    sealed = models.BinaryField(null=True)
    mended_by = models.BigIntegerField("更正批次", null=True)
    is_restricted = models.BooleanField("受限")

    objects: ClassVar[ScopedManager] = RestrictedManager(flag="is_restricted")

    class Meta:
        indexes = [
            models.Index(fields=["batch", "level", "sheet_no", "line"], name="registers_fault_batch"),
            models.Index(fields=["scope_no", "id"], name="registers_fault_scope"),
            models.Index(
                fields=["scope_no", "-batch", "id"],
                name="registers_fault_to_mend",
                condition=Q(level="refused", mended_by__isnull=True) & ~Q(reason="duplicate_row"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=["refused", "queried", "unattached"]), name="registers_fault_level"
            ),
        ]


class RowClaim(models.Model):
    """Which person a source row speaks of (行与人的关联): the row's identity under blind index, and the person if any.

    Rows of creating registers all stand here; rows of the others only while they attach to nobody. Only the batch
    role sees them. The strongest creating row of an ID number decides whose it is; rows that agree with it in name
    or birth attach, the others wait and are listed: the result does not depend on the order of files.
    """

    batch = models.ForeignKey(Batch, models.PROTECT)
    sheet_no = models.SmallIntegerField()
    line = models.IntegerField()
    id_blind = models.BinaryField()
    name_key = models.CharField(max_length=80)
    birth_on = models.DateField(null=True)
    is_creating = models.BooleanField()
    scope_no = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "sheet_no", "line"], name="registers_rowclaim_once"),
        ]
        indexes = [models.Index(fields=["id_blind"], name="registers_rowclaim_id")]


class Support(models.Model):
    """A second row that says what a fact already says (佐证): withdrawing a load retires only what nothing supports."""

    fact_table = models.CharField(max_length=40)
    fact_id = models.BigIntegerField()
    batch = models.ForeignKey(Batch, models.PROTECT)
    sheet_no = models.SmallIntegerField()
    line = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fact_table", "fact_id", "batch", "sheet_no", "line"], name="registers_support_once"
            ),
        ]


class Entry(models.Model):
    """What an officer typed or a visit answered (人工录入), waiting for the worker to publish it as a batch of one row.

    The payload is sealed. The answer is the same whether or not the person exists elsewhere: a new person whose number
    another office has on record waits for that office (`waits_for_other`, see Duplicate), and is told like one taken.
    `overruled`: what of an entry that is done did not come to stand, as another source is the stronger on it: `fact`, its
    `kind`, and the `batch` that counts; never a value.
    """

    token = models.CharField(max_length=22, unique=True)
    kind = models.CharField(max_length=20)
    person_id = models.BigIntegerField(null=True)
    scope_no = models.BigIntegerField()
    sealed = models.BinaryField()
    entered_by = models.CharField("录入人", max_length=40)
    duty_id = models.BigIntegerField()
    entered_at = models.DateTimeField("录入时间")
    state = models.CharField("状态", max_length=16, default="waiting")
    reason = models.CharField("原因", max_length=40, blank=True)
    batch_id = models.BigIntegerField(null=True)
    overruled = models.JSONField("以其他来源为准", default=list)
    done_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["scope_no", "-id"], name="registers_entry_scope")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "refused", "waits_for_other", "undone"]),
                name="registers_entry_state",
            ),
        ]


class Duplicate(models.Model):
    """Somebody was registered by hand at one office while another has the number on record (重复登记).

    The office that has them decides, and sees what it needs for that: `scope_no` is the person's and goes along with
    them, `name` is as it was typed. The office where they were registered sees nothing of it.
    States: asked, agreed (the worker hands the person over), handed_over, kept. `hindrance`: why the worker could not.
    """

    token = models.CharField(max_length=22, unique=True)
    person = link(Person, related_name="duplicates")
    scope_no = models.BigIntegerField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    at_scope_no = models.BigIntegerField("登记单位")
    name = models.CharField("登记姓名", max_length=80)
    asked_by = models.CharField("登记人", max_length=40)
    asked_at = models.DateTimeField("登记时间")
    state = models.CharField("状态", max_length=12, default="asked")
    decided_by = models.CharField("处理人", max_length=40, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True)
    hindrance = models.CharField(max_length=20, blank=True)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["asked", "agreed", "handed_over", "kept"]), name="registers_duplicate_state"
            ),
        ]
        indexes = [models.Index(fields=["scope_no", "state", "-id"], name="registers_duplicate_work")]


class Upload(models.Model):
    """A file that an officer handed in and the worker loads (上传文件); the bytes are sealed and go when it is read.

    `named_source`: which register they say it is; mostly nothing, and its headings tell.
    States: waiting (to be loaded), done, failed, refused; where it is looked at first: looking, looked (somebody is to
    decide), discarded; unmapped (no profile knows the headings: the bytes and a `sample` wait for a person to say what
    they mean), given_up (nobody did).
    `left_out`: kinds of rows (`Look.lines`) that whoever looked at it decided not to load.
    """

    token = models.CharField(max_length=22, unique=True)
    file_name = models.CharField("文件名", max_length=255)
    sealed = models.BinaryField(null=True)
    sample = models.BinaryField(null=True)
    size = models.BigIntegerField()
    known_on = models.DateField("获知日期")
    named_source = models.CharField("指定来源", max_length=40, blank=True)
    uploaded_by = models.CharField("上传人", max_length=40)
    duty_id = models.BigIntegerField()
    scope_no = models.BigIntegerField()
    uploaded_at = models.DateTimeField("上传时间")
    state = models.CharField("状态", max_length=10, default="waiting")
    failure = models.JSONField(null=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True)
    left_out = models.JSONField("不加载", default=list)

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["scope_no", "-id"], name="registers_upload_scope")]
