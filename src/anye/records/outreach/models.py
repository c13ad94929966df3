"""Who was reached, how and when."""

from django.db import models

from anye.records.firms.models import FirmFact
from anye.records.people.facts import Fact, link, one_current
from anye.records.people.models import Person


class Contact(Fact):
    """A contact made with a person (联系记录): the day, the channel, about what, by whom, and how it went. The note is sealed."""

    person = link(Person, related_name="contacts")
    contacted_on = models.DateField("联系日期")
    channel = models.CharField("联系方式", max_length=160, blank=True)
    topic = models.CharField("事项", max_length=160, blank=True)
    contacted_by = models.CharField("联系人", max_length=160, blank=True)
    outcome = models.CharField("结果", max_length=160, blank=True)
    note_sealed = models.BinaryField("说明", null=True)
    note_blind = models.BinaryField(null=True)

    class Meta:
        constraints = one_current("outreach_contact", "person", "contacted_on", "channel", "topic")


class Event(FirmFact):
    """A job fair or another event (招聘会): where and when, and the head-counts as its organiser claims them.

    `office_no` is the scope number of the office that held it; anybody may read it.
    """

    office_no = models.BigIntegerField()
    name = models.CharField("活动名称", max_length=160)
    partners = models.CharField("合办单位", max_length=160, blank=True)
    site = models.CharField("地点", max_length=160, blank=True)
    valid_from = models.DateField("开始日期", null=True)
    valid_to = models.DateField("结束日期", null=True)
    vacancies = models.BigIntegerField("提供岗位", null=True)
    poor_vacancies = models.BigIntegerField("面向脱贫劳动力岗位", null=True)
    attended = models.BigIntegerField("参会人数", null=True)
    poor_attended = models.BigIntegerField("脱贫劳动力参会人数", null=True)
    signed = models.BigIntegerField("签订意向人数", null=True)
    poor_signed = models.BigIntegerField("脱贫劳动力签订意向人数", null=True)
    hired = models.BigIntegerField("就业人数", null=True)
    poor_hired = models.BigIntegerField("脱贫劳动力就业人数", null=True)

    class Meta:
        constraints = one_current("outreach_event", "office_no", "name", "valid_from")


__all__ = ["Contact", "Event"]
