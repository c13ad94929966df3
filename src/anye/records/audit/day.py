"""The registry's day (登记库当日): what *today* means wherever something is due, late, known or in force.

Elsewhere it is the day on the office's calendar. A demonstration may have a day of its own (decision 0044): its registers end
there, and no visit is years late. Instants stay on the clock: the trail, sessions, links, and everything called `_at`.
"""

import datetime as dt

from django.conf import settings
from django.utils import timezone


def registry_day(at: dt.datetime | None = None) -> dt.date:
    """The day it is in the registry, now or at an instant; in one that has a day of its own always that."""
    return settings.ANYE_DAY or timezone.localdate(at)


def own_day() -> dt.date | None:
    """The day at which a demonstration stands still; None in any other registry."""
    day: dt.date | None = settings.ANYE_DAY
    return day
