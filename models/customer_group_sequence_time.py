# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytz


def to_local(moment, tz):
    """Return what the clock on the wall shows.

    :param datetime moment: UTC, without a zone, as Odoo stores it
    :param str tz: name of the time zone
    """
    return pytz.utc.localize(moment).astimezone(pytz.timezone(tz)).replace(tzinfo=None)


def to_utc(local, tz):
    """Return the moment at which the clock on the wall shows a time.

    Of a time that comes twice, when clocks are set back, it is the first; a time that
    is left out, when they are set forward, is as much later as was left out.

    :param datetime local: what the clock shows
    :param str tz: name of the time zone
    """
    zone = pytz.timezone(tz)
    moments = [
        zone.localize(local, is_dst=is_dst).astimezone(pytz.utc).replace(tzinfo=None)
        for is_dst in (True, False)
    ]
    shown = [moment for moment in moments if to_local(moment, tz) == local]
    return min(shown) if shown else max(moments)


@dataclass(frozen=True)
class Hours:
    """From when to when, by the clock on the wall, something may be done.

    ``closes`` before ``opens`` is on the next day, and the same means around the clock.
    A night belongs to the day on which it begins.
    """

    opens: float = 0
    closes: float = 24
    weekdays_only: bool = False

    @property
    def is_always(self):
        return self.opens % 24 == self.closes % 24 and not self.weekdays_only

    def get_opening(self, moment, tz):
        """Return the moment itself when it is within the hours, else when they begin.

        :param datetime moment: UTC
        :param str tz: name of the time zone
        """
        if self.is_always:
            return moment
        local = to_local(moment, tz)
        midnight = datetime.combine(local.date(), time())
        opens = timedelta(minutes=round(self.opens * 60))
        closes = timedelta(minutes=round(self.closes * 60))
        if closes <= opens:
            closes += timedelta(days=1)
        for days in range(-1, 5):
            day = midnight + timedelta(days=days)
            if self.weekdays_only and day.weekday() > 4:
                continue
            if local < day + opens:
                return max(moment, to_utc(day + opens, tz))
            if local < day + closes:
                return moment
        raise AssertionError("No opening within a week")


def get_due(start, value, unit, tz, hours):
    """Return when a step is due.

    :param datetime start: UTC; from when on to wait
    :param int value: how long to wait
    :param str unit: ``hours`` are hours; ``days`` and ``weeks`` end at the same time of
        the day, by the clock on the wall
    :param str tz: name of the time zone
    :param Hours hours: when it may be done
    :return: UTC
    """
    delay = timedelta(**{unit: value})
    due = start + delay
    if unit != "hours" and value:
        due = to_utc(to_local(start, tz) + delay, tz)
    return hours.get_opening(due, tz)
