"""Who was reached, how and when."""

from django.db import models

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


__all__ = ["Contact"]
