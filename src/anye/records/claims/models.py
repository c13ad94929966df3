"""What was applied for and paid before, to whom and from which fund, as registers and banks tell of it."""

from django.db import models

from anye.engine.intake.statements import PAYMENT_KINDS
from anye.records.accounts.scope import ScopedManager
from anye.records.entitlements.models import Policy
from anye.records.firms.models import Firm, FirmFact
from anye.records.people.facts import DatedFact, Fact, link, one_current
from anye.records.people.models import Person

_KEY = ("kind", "item", "valid_from", "paid_on", "batch_no", "amount_fen")


def _kinds(table: str) -> models.BaseConstraint:
    return models.CheckConstraint(condition=models.Q(kind__in=tuple(sorted(PAYMENT_KINDS))), name=f"{table}_kind")


class _Paid(models.Model):
    """One line of a payment: the item and the months it is for, the day, the amount in fen, and how it ended.

    `kind`: `paid` as the office's list says, `reply` as the bank answers. The account is sealed; its blind index tells
    shared accounts.
    """

    kind = models.CharField("类型", max_length=8)
    item = models.CharField("项目", max_length=160, blank=True)
    filed_on = models.DateField("申请日期", null=True)
    paid_on = models.DateField("发放日期", null=True)
    batch_no = models.CharField("批次号", max_length=160, blank=True)
    amount_fen = models.BigIntegerField("金额（分）")
    fund = models.CharField("资金来源", max_length=160, blank=True)
    outcome = models.CharField("结果", max_length=160, blank=True)
    reason = models.CharField("原因", max_length=160, blank=True)
    account_sealed = models.BinaryField("账号", null=True)
    account_blind = models.BinaryField(null=True)

    class Meta:
        abstract = True


class Payment(_Paid, DatedFact):
    """What was paid to a person (个人补贴发放记录)."""

    person = link(Person, related_name="payments")

    class Meta:
        constraints = [*one_current("claims_payment", "person", *_KEY), _kinds("claims_payment")]


class FirmPayment(_Paid, FirmFact):
    """What was paid to a firm (单位补贴发放记录): seen by the office that paid."""

    scope_no = models.BigIntegerField()
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="payments")
    valid_from = models.DateField("开始日期", null=True)
    valid_to = models.DateField("结束日期", null=True)

    objects = ScopedManager()

    class Meta:
        constraints = [*one_current("claims_firmpayment", "firm", *_KEY), _kinds("claims_firmpayment")]


class Share(DatedFact):
    """Whose part of a payment to a firm a sum is (单位补贴人员明细): the worker for whom the firm was paid, the item and months.

    No payment of its own: the money is the firm's line of the same item and batch.
    """

    person = link(Person, related_name="shares")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="shares")
    item = models.CharField("项目", max_length=160, blank=True)
    paid_on = models.DateField("拨付日期", null=True)
    batch_no = models.CharField("批次号", max_length=160, blank=True)
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        constraints = one_current("claims_share", "person", "firm", "item", "valid_from", "paid_on", "batch_no")


class Approval(DatedFact):
    """How a subsidy was decided upon and made public (补贴审批公示): who checked and who approved, by name, and how long it stood.

    Of the months `valid_from` to `valid_to` of an item; the amount in fen is the one that was approved.
    """

    person = link(Person, related_name="approvals")
    item = models.CharField("项目", max_length=160)
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    filed_on = models.DateField("申请日期", null=True)
    checked_by = models.CharField("初审人", max_length=160, blank=True)
    checked_on = models.DateField("初审日期", null=True)
    approved_by = models.CharField("审批人", max_length=160, blank=True)
    approved_on = models.DateField("审批日期", null=True)
    result = models.CharField("审批结果", max_length=160, blank=True)
    posted_from = models.DateField("公示开始日期", null=True)
    posted_to = models.DateField("公示结束日期", null=True)
    site = models.CharField("公示地点", max_length=160, blank=True)

    class Meta:
        constraints = one_current("claims_approval", "person", "item", "valid_from", "filed_on")


class RefundApplication(FirmFact):
    """An application for the job-retention refund (稳岗返还申请): insured, laid off, premiums and amount in fen, by year."""

    scope_no = models.BigIntegerField()
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="refund_applications")
    year = models.BigIntegerField("年度")
    number = models.CharField("申请编号", max_length=160, blank=True)
    size = models.CharField("企业规模", max_length=160, blank=True)
    insured = models.BigIntegerField("参保人数", null=True)
    laid_off = models.BigIntegerField("裁员人数", null=True)
    premium_fen = models.BigIntegerField("上年度缴纳失业保险费（分）", null=True)
    amount_fen = models.BigIntegerField("返还金额（分）", null=True)
    filed_on = models.DateField("申请日期", null=True)
    state = models.CharField("办理状态", max_length=160, blank=True)

    objects = ScopedManager()

    class Meta:
        constraints = one_current("claims_refundapplication", "firm", "year", "number")


class FundAllocation(FirmFact):
    """Money that an office was given (资金下达): by document, fund, year and purpose, in fen."""

    scope_no = models.BigIntegerField()
    document_no = models.CharField("文号", max_length=160)
    fund = models.CharField("资金名称", max_length=160, blank=True)
    year = models.BigIntegerField("年度", null=True)
    purpose = models.CharField("用途", max_length=160, blank=True)
    amount_fen = models.BigIntegerField("金额（分）")
    allocated_on = models.DateField("下达日期", null=True)

    objects = ScopedManager()

    class Meta:
        constraints = one_current("claims_fundallocation", "scope_no", "document_no", "fund", "purpose")


class Ticket(Fact):
    """A travel ticket handed in (乘车票据): the day, from where to where, by what, its number and price in fen."""

    person = link(Person, related_name="tickets")
    travelled_on = models.DateField("乘车日期")
    mode = models.CharField("交通方式", max_length=160, blank=True)
    origin = models.CharField("出发地", max_length=160, blank=True)
    destination = models.CharField("到达地", max_length=160, blank=True)
    number = models.CharField("票号", max_length=160, blank=True)
    amount_fen = models.BigIntegerField("票价（分）", null=True)

    class Meta:
        constraints = one_current("claims_ticket", "person", "travelled_on", "origin", "destination", "number")


class Difference(models.Model):
    """What is owed by the records and what was paid for the same months are not the same (应发与实发不符).

    `kind`: unpaid 应发未发 · less 少发 · more 多发 · undue 发放而不应发: a doubt, never a verdict. Fen. Drawn anew by every pass;
    `found_on` stays while it is the same. A firm's own belongs to the district's office.

    `corrected_fen`: what corrections came to that were approved and that no list shows yet; it counts as paid. `because`, of
    what was paid and not owed: `withdrawn` a load that spoke of these months was taken back since, `relinked` a row that did
    follows somebody else now.
    """

    KINDS = ("unpaid", "less", "more", "undue")
    BECAUSE = ("", "withdrawn", "relinked")

    scope_no = models.BigIntegerField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="differences", db_index=False)
    person = link(Person, related_name="differences", null=True)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="differences")
    first_month = models.DateField("首月")
    last_month = models.DateField("末月")
    kind = models.CharField("类型", max_length=8)
    entitled_fen = models.BigIntegerField("应发（分）")
    paid_fen = models.BigIntegerField("实发（分）")
    corrected_fen = models.BigIntegerField("已调整（分）", default=0)
    because = models.CharField("缘由", max_length=9, default="", blank=True)
    found_on = models.DateField("发现日期")

    objects = ScopedManager()

    class Meta:
        indexes = [
            models.Index(fields=["scope_no", "kind", "policy", "id"], name="claims_difference_scope"),
            models.Index(fields=["last_month", "id"], name="claims_difference_oldest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "person", "firm", "first_month", "last_month"], nulls_distinct=False,
                name="claims_difference_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=("unpaid", "less", "more", "undue")), name="claims_difference_kind"
            ),
            models.CheckConstraint(
                condition=~models.Q(entitled_fen=models.F("paid_fen") + models.F("corrected_fen")),
                name="claims_difference_differs",
            ),
            models.CheckConstraint(
                condition=models.Q(because__in=("", "withdrawn", "relinked")), name="claims_difference_because"
            ),
        ]  # fmt: skip


class Correction(models.Model):
    """What a person proposes to pay besides or to ask back, and a second person decides (调整); what was paid stays as it is.

    `amount_fen`: more than nothing a top-up (补发), less a recovery (追回): what was owed less paid less corrected, as those
    stood when it was proposed. Approved, it counts as paid for its months until a list shows the payment: `carried_out_on`
    says since when, and `gone_on` when a list that did was taken back. Both are found anew by every pass. `reverses`: the
    approved one of the same months and the opposite amount that it undoes.
    """

    STATES = ("proposed", "approved", "refused", "taken_back")

    token = models.CharField(max_length=22, unique=True)
    scope_no = models.BigIntegerField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="corrections", db_index=False)
    person = link(Person, related_name="corrections", null=True)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="corrections")
    first_month = models.DateField("首月")
    last_month = models.DateField("末月")
    kind = models.CharField("类型", max_length=8)
    because = models.CharField("缘由", max_length=9, default="", blank=True)
    amount_fen = models.BigIntegerField("调整金额（分）")
    entitled_fen = models.BigIntegerField("应发（分）")
    paid_fen = models.BigIntegerField("实发（分）")
    corrected_fen = models.BigIntegerField("已调整（分）")
    reason = models.CharField("理由", max_length=300)
    state = models.CharField("状态", max_length=10, default="proposed")
    proposed_by = models.CharField("提出人", max_length=40)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.CharField("决定人", max_length=40, blank=True, default="")
    decided_at = models.DateTimeField("决定时间", null=True)
    decision = models.CharField("决定理由", max_length=300, blank=True, default="")
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversed_by")
    carried_out_on = models.DateField("兑现日期", null=True)
    gone_on = models.DateField("兑现撤回日期", null=True)

    objects = ScopedManager()

    class Meta:
        indexes = [
            models.Index(fields=["scope_no", "state", "id"], name="claims_correction_scope"),
            models.Index(fields=["policy", "state"], name="claims_correction_policy"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "person", "firm", "first_month", "last_month"], nulls_distinct=False,
                condition=models.Q(state="proposed"), name="claims_correction_open",
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=models.Q(state__in=("proposed", "approved")),
                name="claims_correction_reversed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    amount_fen=models.F("entitled_fen") - models.F("paid_fen") - models.F("corrected_fen")
                ) & ~models.Q(amount_fen=0),
                name="claims_correction_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, firm__isnull=True)
                | models.Q(person__isnull=True, firm__isnull=False),
                name="claims_correction_whose",
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_by="", decided_at__isnull=True)
                | (models.Q(state__in=("approved", "refused"), decided_at__isnull=False)
                   & ~models.Q(decided_by="") & ~models.Q(decided_by=models.F("proposed_by")))
                | models.Q(state="taken_back", decided_at__isnull=False, decided_by=models.F("proposed_by")),
                name="claims_correction_two_persons",
            ),
            models.CheckConstraint(
                condition=models.Q(state="approved") | models.Q(carried_out_on__isnull=True, gone_on__isnull=True),
                name="claims_correction_carried_out",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="claims_correction_reason"),
        ]  # fmt: skip


__all__ = [
    "Approval",
    "Correction",
    "Difference",
    "FirmPayment",
    "FundAllocation",
    "Payment",
    "RefundApplication",
    "Share",
    "Ticket",
]
