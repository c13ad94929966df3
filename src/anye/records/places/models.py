"""Where people live and who looks after it: dated areas, and the offices that administer them."""

from django.db import models
from django.db.models import F, Q

WIDEST = 1_000_000_000_000  # scope numbers of one district; its towns get a thousandth each, and so on downwards
FANOUT = 1_000


class Area(models.Model):
    """One edition of one area (行政区划): 12-digit statistical code, GB/T 2260 + GB/T 10114 + village code."""

    code = models.CharField("区划代码", max_length=12)
    level = models.CharField("级别", max_length=12)
    parent_code = models.CharField("上级代码", max_length=12)
    name = models.CharField("名称", max_length=80)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True)

    class Meta:
        indexes = [models.Index(fields=["parent_code", "code"], name="places_area_parent")]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{12}$"), name="places_area_code_digits"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="places_area_dates"
            ),
        ]


class Office(models.Model):
    """Who administers whom (管理机构). `scope_no` is its pre-order number; it reaches `scope_no … scope_hi`.

    The tree of offices is not the tree of area codes: `area_code` says which area the office looks after, if any.
    """

    token = models.CharField(max_length=22, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="上级机构")
    kind = models.CharField(
        "类别",
        max_length=10,
        choices=[("district", "District"), ("town", "Town"), ("village", "Village"), ("outside", "Outside")],
    )
    name = models.CharField("名称", max_length=80)
    name_en = models.CharField("英文名称", max_length=80, blank=True)
    area_code = models.CharField("区划代码", max_length=12, null=True, unique=True)
    scope_no = models.BigIntegerField("管辖编号", unique=True)
    scope_hi = models.BigIntegerField("管辖末号")
    telephone = models.CharField("电话", max_length=40, blank=True)
    closed_on = models.DateField("撤销日期", null=True)

    class Meta:
        ordering = ["scope_no"]
        constraints = [
            models.CheckConstraint(condition=Q(scope_hi__gte=F("scope_no")), name="places_office_range"),
        ]


class Shape(models.Model):
    """Where an area lies (区域图形), as the office's map tells it: longitude and latitude in GeoJSON (`engine.shapes`).

    By code, for an area keeps its place through its editions. `is_schematic`: it stands where it was put to be seen (示意图).
    """

    code = models.CharField("区划代码", max_length=12, unique=True)
    geometry = models.JSONField("图形")
    digest = models.CharField("图形摘要", max_length=64)
    is_schematic = models.BooleanField("示意图")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{12}$"), name="places_shape_code_digits")]
