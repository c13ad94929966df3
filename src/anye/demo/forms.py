"""The ledger forms: their columns, and what an honest clerk would write in each cell for one worker.

Headings are those of domain.md 5.1.1 (union of columns) and 5.1.2 (16 and 35 columns), word for word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from anye.demo.people import Job, Worker
from anye.demo.places import District, Town

ABILITIES = ("普通劳动力", "普通劳动力", "技能劳动力")
Cell = str | int | float | date | None
Column = tuple[str, str, str]
"""Key of the meaning, heading, group heading above it ("" when the heading itself spans both lines)."""


@dataclass(frozen=True, slots=True)
class Form:
    """A ledger form. A form with a place in one column writes town and village together (所属区域)."""

    name: str
    title: str
    columns: tuple[Column, ...]
    is_two_line: bool = False

    def has(self, key: str) -> bool:
        return any(key == known for known, _, _ in self.columns)

    @property
    def has_households(self) -> bool:
        return self.has("household")


def _plain(text: str) -> tuple[Column, ...]:
    pairs = (part.split("=") for part in text.split())
    return tuple((key, label, "") for key, label in pairs)


WORKER = Form(
    "worker_16",
    "贫困劳动力信息台账",
    _plain(
        "area=所属区域 name=劳动力姓名 id=身份证号 sex=性别 phone=劳动力电话 education=文化程度 "
        "state=就业创业状态 wish=就创业意愿 ability=劳动能力 training_state=培训教育状态 "
        "wants_training=培训教育意愿 is_disabled=是否残疾人 student=上学状态 relocated=易地扶贫搬迁 "
        "site=安置点名称 note=备注"
    ),
)
EMPLOYMENT = Form(
    "employment_35",
    "贫困劳动力就业信息台账",
    _plain(
        "area=所属行政区 name=姓名 sex=性别 age=年龄 id=身份证号 work_kind=就业类型 region=就业地域 "
        "special=特色就业 trade=就业岗位(工种) workplace=就业地址 employer=就业单位名称 start=就业起始年月 "
        "end=就业终止年月 phone=联系电话 lifted=脱贫状态 education=文化程度 wish=转移就业意愿 "
        "state=就业创业状态 wants_training=培训教育意愿 training_state=培训教育状态 pairing=苏陕协作 "
        "year=年度 student=在校状态 wish_post=就业意向 ability=劳动能力 is_disabled=是否残疾 "
        "channel=就业渠道 employer_kind=就业单位性质 contract=签订合同或协议月 post_subsidy=岗位补贴 "
        "pay_cycle=工资发放周期 trainee_subsidy=就业见习补贴 seeker_subsidy=求职补贴 "
        "transport_subsidy=转移就业交通补贴 enjoyed=享受政策"
    ),
)
_GROUPS = (
    (
        "",
        "no=序号 town=镇街 village=村居 group=组/社 household=户编号 head=户主姓名 relation=与户主关系 name=姓名* "
        "sex=性别 id=身份证号* birth=出生年月 age=年龄 ethnicity=民族 politics=政治面貌 education=文化程度 "
        "phone=联系电话 address=户籍地址 residence=现住址",
    ),
    (
        "基本状况",
        "status=户类型 lifted_year=脱贫年度 health=健康状况 disability=残疾类别等级 ability=劳动能力 "
        "student=是否在校 low_income=是否低保",
    ),
    (
        "已就业",
        "state=就业状态 start=就业起始日期* channel=就业渠道 region=就业地域* workplace=就业地址* employer=就业单位 "
        "employer_kind=单位性质 work_kind=就业类型* industry=行业 trade=岗位工种 wage=月收入 contract=合同月数 "
        "insured=是否参保 worked_months=已务工月数 special=特色就业",
    ),
    (
        "未就业",
        "idle_reason=未就业原因 wish=就业意愿 wish_area=意向地域 wish_post=意向岗位 wish_wage=期望月薪 "
        "wish_time=可工作时间",
    ),
    (
        "服务需求",
        "wants_training=培训意愿 wish_trade=意向工种 wants_startup=创业意愿 wants_post=是否需要公益岗 service=服务需求",
    ),
    (
        "享受政策",
        "transport_subsidy=交通补贴 seeker_subsidy=求职补贴 training_subsidy=培训补贴 post_subsidy=公益岗补贴",
    ),
    (
        "",
        "helper=帮扶责任人 collector=采集人 collected=采集日期 way=采集方式 signed=本人签字 note=备注",
    ),
)
UNION = Form(
    "union",
    "贫困劳动力就业信息和需求台账",
    tuple((key, label, group) for group, text in _GROUPS for key, label, _ in _plain(text)),
    is_two_line=True,
)
_LEFT_OUT = {"politics", "residence", "special", "transport_subsidy", "seeker_subsidy", "training_subsidy", "signed"}
_OTHER_LABELS = {"id": "证件号码", "phone": "联系方式"}
UNION_PLAIN = Form(
    "union_plain",
    "贫困劳动力就业信息台账",
    tuple(
        (key, _OTHER_LABELS.get(key, label.removesuffix("*")), "")
        for key, label, _ in UNION.columns
        if key not in _LEFT_OUT
    ),
)
FORMS = (WORKER, EMPLOYMENT, UNION, UNION_PLAIN)


@dataclass(frozen=True, slots=True)
class LedgerSpec:
    """How one town sends its ledger."""

    town: Town
    district: District
    form: Form
    suffix: str
    """xlsx, csv (GB18030) or tsv (UTF-16)."""
    area_style: str
    """For forms with one place column: joined, district (with the county's name in front) or code (12 digits)."""
    is_merging: bool
    """Repeated values: merged cells (blank below in text files) or else 同上."""
    number: int

    @property
    def name(self) -> str:
        return f"{self.number + 1:02d}_{self.town.name}_{self.form.title}.{self.suffix}"


def ledger_specs(district: District) -> list[LedgerSpec]:
    """One ledger a town: forms in turn, three GB18030 texts and one UTF-16 among the workbooks."""
    suffixes = {4: "csv", 11: "csv", 26: "csv", 7: "tsv"}
    return [
        LedgerSpec(
            town, district, FORMS[place % 4], suffixes.get(place, "xlsx"),
            ("joined", "district", "code")[place % 3], FORMS[place % 4].is_two_line or place % 8 == 1, place,
        )
        for place, town in enumerate(district.towns)
    ]  # fmt: skip


def place_text(spec: LedgerSpec, village: str, code: str) -> str:
    """Town and village in one cell, in the file's own style."""
    if spec.area_style == "code":
        return code
    return f"{spec.district.name if spec.area_style == 'district' else ''}{spec.town.name}{village}"


def clerk_cells(worker: Worker, spec: LedgerSpec, on: date, random: Random) -> dict[str, Cell]:
    """Every meaning a form may ask for, as truly is; dates stay dates until they are spelled."""
    town, village = worker.town, worker.village
    is_employed = worker.job is not None
    house = int(worker.household.code[-4:])
    home = f"{town.name}{village.name}{worker.group}组{house * 7 % 180 + 1}号"
    age = on.year - worker.born_on.year - ((on.month, on.day) < (worker.born_on.month, worker.born_on.day))
    cells: dict[str, Cell] = {
        "area": place_text(spec, village.name, village.code), "town": town.name, "village": village.name,
        "group": f"{worker.group}组", "household": worker.household.code, "head": worker.household.members[0].name,
        "relation": worker.relation, "name": worker.name, "sex": worker.sex, "id": worker.id_number,
        "birth": worker.born_on, "age": age, "ethnicity": worker.ethnicity, "politics": "群众",
        "education": worker.education, "phone": worker.phone, "address": home, "residence": home,
        "status": {"poor": "未脱贫", "lifted": "已脱贫", "monitored": "监测"}[worker.status],
        "lifted": "未脱贫" if worker.status == "poor" else "已脱贫",
        "lifted_year": str(2016 + house % 4) if worker.status != "poor" else None,
        "health": "残疾" if worker.disability else random.choice(("健康", "健康", "健康", "长期慢性病")),
        "disability": worker.disability or None, "is_disabled": "是" if worker.disability else "否",
        "ability": "弱劳动力或半劳动力" if worker.disability else random.choice(ABILITIES),
        "student": "否", "low_income": "是" if worker.is_low_income else "否", "relocated": "否",
        "state": "已就业" if is_employed else "未就业", "wish": "是" if is_employed or random.random() < 0.7 else "否",
        "wants_training": "是" if worker.wants_training else "否",
        "training_state": random.choice(("未培训", "已培训")),
        "wants_startup": "否", "wants_post": "否" if is_employed else random.choice("是否"), "year": str(on.year),
        "pairing": "否", "helper": "驻村工作队", "collector": "村就业专干", "way": random.choice(("上门", "电话")),
        "collected": on, "signed": "已确认",
    }  # fmt: skip
    if not is_employed:
        cells |= {
            "idle_reason": worker.idle_reason, "wish_area": random.choice(("镇内", "区内", "市内区外")),
            "wish_post": random.choice(("保洁员", "护工", "营业员", "不限")),
            "wish_wage": random.randrange(2000, 4500, 500),
            "wish_time": random.choice(("全天", "半天")), "service": random.choice(("岗位推荐", "技能培训", None)),
        }  # fmt: skip
    if worker.wants_training:
        cells["wish_trade"] = random.choice(("家政服务员", "电工", "果树栽培", "中式烹调"))
    # A form without an end column has no room for a job that is over.
    past_job = worker.past_job if spec.form.has("end") else None
    return cells | job_cells(worker.job or past_job, on)


def job_cells(job: Job | None, on: date) -> dict[str, Cell]:
    """The cells of one spell; a past one has no present wage."""
    if job is None:
        return {}
    cells: dict[str, Cell] = {
        "start": job.started_on,
        "end": job.ended_on,
        "employer": job.employer,
        "trade": job.trade,
    }
    if job.ended_on is None:
        cells |= {
            "channel": job.channel, "region": job.area, "workplace": {"市外": "市外"}.get(job.area, "重庆市"),
            "employer_kind": "民营企业" if job.credit_code else "其他", "work_kind": job.kind, "industry": job.industry,
            "wage": job.wage, "contract": job.contract_months or None, "insured": "是" if job.is_insured else "否",
            "worked_months": max(1, (on - job.started_on).days // 30), "pay_cycle": "月",
        }  # fmt: skip
    return cells
