"""People and households: nodes with a key, a token and a scope number, and the facts that say everything else."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from anye.engine.households import household_number
from anye.engine.intake.statements import STATUS_KINDS
from anye.records.accounts.scope import RestrictedManager, ScopedManager
from anye.records.people.facts import DatedFact, Fact, MonthFact, first_of_month, link, one_current


def _statuses(table: str, frame: str) -> list[models.BaseConstraint]:
    return [
        *one_current(table, "person", "kind", "slot"),
        models.CheckConstraint(condition=Q(kind__in=tuple(sorted(STATUS_KINDS[frame]))), name=f"{table}_kind"),
    ]


class Household(models.Model):
    """A household (户): a node; who belongs to it and who helps it are facts. `code`: see `engine.households`."""

    token = models.CharField(max_length=22, unique=True)
    scope_no = models.BigIntegerField()
    code = models.CharField("户编号", max_length=100, unique=True)

    objects = ScopedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "scope_no"], name="people_household_scope")]
        indexes = [models.Index(fields=["scope_no"], name="people_household_scope_no")]

    @property
    def number(self) -> str:
        """户编号, or the head's name where no register numbers the household."""
        return household_number(self.code)


class Person(models.Model):
    """A person (人员): a node. Every column but key, token and scope number is a cache of current facts, for search.

    Without a current fact from a creating register the node is hidden. `is_employed`: None is unknown.
    """

    token = models.CharField(max_length=22, unique=True)
    scope_no = models.BigIntegerField()
    care_area = models.CharField("管理地", max_length=12, blank=True)
    name = models.CharField("姓名", max_length=80)
    name_key = models.CharField(max_length=80)
    sex = models.CharField("性别", max_length=1, blank=True)
    birth_on = models.DateField("出生日期", null=True)
    id_sealed = models.BinaryField("身份证号", null=True)
    id_blind = models.BinaryField(null=True)
    id_last_blind = models.BinaryField(null=True)
    phone_sealed = models.BinaryField("联系电话", null=True)
    phone_blind = models.BinaryField(null=True)
    groups = ArrayField(models.CharField(max_length=20), default=list)
    is_employed = models.BooleanField("就业", null=True)
    wants_work = models.BooleanField("就业意愿", null=True)
    household_id = models.BigIntegerField(null=True)
    is_hidden = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "scope_no"], name="people_person_scope"),
            # held by the matching pass alone, which answers alike for a hit and a miss
            models.UniqueConstraint(fields=["id_blind"], name="people_person_id_blind"),
        ]
        indexes = [
            models.Index(fields=["scope_no", "name", "id"], name="people_person_by_name"),
            models.Index(fields=["id_last_blind"], name="people_person_last"),
            models.Index(fields=["phone_blind"], name="people_person_phone"),
            models.Index(
                fields=["scope_no", "id"], name="people_person_jobless", condition=Q(is_employed=False, is_hidden=False)
            ),
        ]


class NameGram(models.Model):
    """One- and two-character pieces of names, so that a search by any part is one B-tree range under a policy."""

    pk = models.CompositePrimaryKey("gram", "name", "person_id")
    gram = models.CharField(max_length=2)
    name = models.CharField(max_length=80)
    person_id = models.BigIntegerField()
    scope_no = models.BigIntegerField()

    objects = ScopedManager()


class PersonDetail(DatedFact):
    """One thing known of a person (个人信息): name, sex, birth, ID number, phone, residence, work capacity …

    Sealed kinds (ID number, phone, address, health, disability) hold ciphertext and a keyed blind index; the others
    hold plain text. A residence's value is a 12-digit area code.
    """

    person = link(Person, related_name="details")
    kind = models.CharField("项目", max_length=24)
    value = models.TextField("内容", null=True)
    sealed = models.BinaryField(null=True)
    blind = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(  # who could be seen on an earlier day (flow.drawing.asked)
                fields=["person"],
                name="people_persondetail_names_gone",
                condition=Q(kind="name", retired_on__isnull=False),
            )
        ]
        constraints = [
            *one_current("people_persondetail", "person", "kind"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, sealed__isnull=True)
                | Q(value__isnull=True, sealed__isnull=False, blind__isnull=False),
                name="people_persondetail_plain_or_sealed",
            ),
        ]


class HouseholdMember(DatedFact):
    """A person belongs to a household (家庭成员); one household at a time."""

    person = link(Person, related_name="household_memberships")
    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    relation = models.CharField("与户主关系", max_length=24, blank=True)
    is_head = models.BooleanField("户主", null=True)

    class Meta:
        constraints = one_current("people_householdmember", "person")


class Membership(DatedFact):
    """A dated membership in a group (人员类别), with its evidence and who certified it."""

    person = link(Person, related_name="memberships")
    group = models.CharField("类别", max_length=20)
    evidence = models.TextField("依据", blank=True)
    certifier = models.TextField("认定单位", blank=True)

    class Meta:
        constraints = one_current("people_membership", "person", "group")


class IncomeLine(MonthFact):
    """What a person received in a month (收入): wage, post, property, transfer, business or other; fen."""

    person = link(Person, related_name="income_lines")
    kind = models.CharField("类别", max_length=12)
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        constraints = [
            *one_current("people_incomeline", "person", "month", "kind"),
            first_of_month("people_incomeline_month"),
        ]


class Helper(DatedFact):
    """Who answers for a household (帮扶责任人)."""

    household = link(Household, related_name="helpers")
    helper_name = models.CharField("姓名", max_length=80)
    helper_unit = models.CharField("单位", max_length=120, blank=True)
    phone_sealed = models.BinaryField("电话", null=True)
    phone_blind = models.BinaryField(null=True)

    class Meta:
        constraints = one_current("people_helper", "household")


class Need(DatedFact):
    """A need or wish (需求与意愿) as stated on a day: to work, to train, where, at what, for how much."""

    person = link(Person, related_name="needs")
    kind = models.CharField("需求", max_length=20)
    value = models.TextField("内容")
    stated_on = models.DateField("采集日期", null=True)

    class Meta:
        constraints = one_current("people_need", "person", "kind")


class Status(DatedFact):
    """What another register says of a person from a day to a day, with its certificate and amount; fen a month.

    `slot` tells two statuses of one kind apart (`flow.sealed`): two pensions are two, two days of one death are a
    contradiction. The number and the words beside it are sealed: certificates contain ID numbers, words tell of illnesses.
    """

    kind = models.CharField("状态", max_length=24)
    slot = models.CharField("区分", max_length=160, blank=True)
    number_sealed = models.BinaryField("证号", null=True)
    number_blind = models.BinaryField(null=True)
    detail_sealed = models.BinaryField("说明", null=True)
    detail_blind = models.BinaryField(null=True)
    amount_fen = models.BigIntegerField("月金额（分）", null=True)
    unit = models.CharField("单位", max_length=120, blank=True)

    class Meta(DatedFact.Meta):
        abstract = True


class StatusSpell(Status):
    """A status that other registers tell of (身份状态).

    Kinds: death 死亡, pension 养老待遇, public_pay 财政供养, unemployed 失业登记, unemployment_benefit 失业保险金.
    """

    person = link(Person, related_name="statuses")

    class Meta:
        constraints = _statuses("people_statusspell", "status")


class RestrictedSpell(Status):
    """A status that even within its range only those see who must (受限身份状态).

    Kinds: disability 残疾, detention 服刑、羁押.
    """

    person = link(Person, related_name="restricted_statuses")

    objects: ClassVar[ScopedManager] = RestrictedManager()

    class Meta:
        constraints = _statuses("people_restrictedspell", "restricted")


class Transfer(models.Model):
    """A request to move a person to another office (转移申请): the receiving office accepts, the batch role moves.

    Both offices see it; `name` is a copy, because the receiver cannot see the person yet. `scope_no` is the person's
    and goes along with them: where it is neither end's any more, what was asked for is void. Void, because:
    moved_since, no_area (nobody can live at the receiving office), register_says (a later month names another home).
    """

    token = models.CharField(max_length=22, unique=True)
    person_id = models.BigIntegerField()
    name = models.CharField("姓名", max_length=80)
    scope_no = models.BigIntegerField()
    from_scope_no = models.BigIntegerField("转出")
    to_scope_no = models.BigIntegerField("转入")
    reason = models.TextField("原因")
    state = models.CharField("状态", max_length=10, default="asked")
    asked_by = models.CharField("申请人", max_length=40)
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.CharField("接收人", max_length=40, blank=True)
    decided_at = models.DateTimeField("接收时间", null=True)
    moved_at = models.DateTimeField("转移时间", null=True)
    void_reason = models.CharField("失效原因", max_length=20, blank=True)

    objects = ScopedManager("from_scope_no", "to_scope_no")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["asked", "accepted", "refused", "moved", "withdrawn", "void"]),
                name="people_transfer_state",
            ),
            models.CheckConstraint(
                condition=Q(state="void", void_reason__gt="") | (~Q(state="void") & Q(void_reason="")),
                name="people_transfer_void_reason",
            ),
            models.UniqueConstraint(
                fields=["person_id"], condition=Q(state__in=["asked", "accepted"]), name="people_transfer_open"
            ),
        ]
        indexes = [
            models.Index(fields=["from_scope_no"], name="people_transfer_from"),
            models.Index(fields=["to_scope_no"], name="people_transfer_to"),
        ]


__all__ = [
    "Fact", "Helper", "Household", "HouseholdMember", "IncomeLine", "Membership", "NameGram", "Need", "Person",
    "PersonDetail", "RestrictedSpell", "StatusSpell", "Transfer",
]  # fmt: skip
