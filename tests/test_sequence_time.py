# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..models.customer_group_sequence_time import Hours, get_due, to_local, to_utc

ZURICH = "Europe/Zurich"
SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
MINUTES = st.integers(0, 2 * 365 * 24 * 60)


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M")


@tagged("post_install", "-at_install")
class TestSequenceTime(BaseCase):
    """When a step is due, by the clock on the wall; summer time included."""

    def assertDue(self, due, start, value, unit, tz=ZURICH, hours=None):
        found = get_due(at(start), value, unit, tz, hours or Hours())
        self.assertEqual(found, at(due))

    def assertOpens(self, opening, moment, hours, tz="UTC"):
        self.assertEqual(hours.get_opening(at(moment), tz), at(opening))

    def test_hours_are_hours(self):
        # From 01:30 to 03:30, as the clock is set forward in between.
        self.assertDue("2026-03-29 01:30", "2026-03-29 00:30", 1, "hours")
        self.assertDue("2026-03-30 00:30", "2026-03-29 00:30", 24, "hours")

    def test_days_keep_the_time_of_day(self):
        self.assertDue("2026-03-29 08:00", "2026-03-28 09:00", 1, "days")
        self.assertDue("2026-10-25 09:00", "2026-10-24 08:00", 1, "days")
        self.assertDue("2026-04-04 08:00", "2026-03-28 09:00", 1, "weeks")
        self.assertDue("2026-03-29 09:00", "2026-03-28 09:00", 1, "days", "UTC")

    def test_time_that_is_left_out(self):
        """02:30 on 29 March: it is 03:30 when 02:30 would have been."""
        self.assertDue("2026-03-29 01:30", "2026-03-28 01:30", 1, "days")
        self.assertEqual(to_local(at("2026-03-29 01:30"), ZURICH).hour, 3)

    def test_time_that_comes_twice(self):
        """02:30 on 25 October: the first of the two, still in summer time."""
        self.assertDue("2026-10-25 00:30", "2026-10-24 00:30", 1, "days")

    def test_no_delay(self):
        """The second 02:30 of a night stays what it is."""
        self.assertDue("2026-10-25 01:30", "2026-10-25 01:30", 0, "days")

    def test_window(self):
        office = Hours(9, 17.5)
        self.assertOpens("2026-06-01 09:00", "2026-06-01 03:00", office)
        self.assertOpens("2026-06-01 09:00", "2026-06-01 09:00", office)
        self.assertOpens("2026-06-01 17:29", "2026-06-01 17:29", office)
        self.assertOpens("2026-06-02 09:00", "2026-06-01 17:30", office)
        self.assertOpens("2026-06-01 07:00", "2026-06-01 03:00", office, ZURICH)

    def test_working_days(self):
        days = Hours(weekdays_only=True)
        self.assertOpens("2026-06-05 23:59", "2026-06-05 23:59", days)  # Friday
        self.assertOpens("2026-06-08 00:00", "2026-06-06 00:00", days)
        self.assertOpens("2026-06-08 09:00", "2026-06-05 18:00", Hours(9, 17, True))

    def test_window_over_midnight(self):
        night = Hours(22, 6)
        self.assertOpens("2026-06-01 05:59", "2026-06-01 05:59", night)
        self.assertOpens("2026-06-01 22:00", "2026-06-01 06:00", night)
        self.assertOpens("2026-06-01 23:00", "2026-06-01 23:00", night)
        # The night from Friday to Saturday is Friday's, that before Monday is Sunday's.
        nights = Hours(22, 6, weekdays_only=True)
        self.assertOpens("2026-06-06 05:00", "2026-06-06 05:00", nights)
        self.assertOpens("2026-06-08 22:00", "2026-06-06 06:00", nights)
        self.assertOpens("2026-06-08 22:00", "2026-06-08 03:00", nights)

    def test_window_in_the_hour_that_is_left_out(self):
        self.assertOpens("2026-03-29 01:30", "2026-03-28 23:00", Hours(2.5, 6), ZURICH)

    def test_window_in_the_hour_that_comes_twice(self):
        opens = Hours(2.5, 6)
        self.assertOpens("2026-10-25 00:30", "2026-10-24 22:00", opens, ZURICH)
        self.assertOpens("2026-10-25 01:15", "2026-10-25 01:15", opens, ZURICH)

    @settings(**SETTINGS)
    @given(
        MINUTES,
        st.integers(0, 95),
        st.integers(0, 96),
        st.booleans(),
        st.sampled_from([ZURICH, "UTC", "Australia/Lord_Howe", "Europe/Dublin"]),
    )
    def test_any_window(self, moment, opens, closes, weekdays_only, tz):
        """What opens is open, not in the past, and at most four days away."""
        moment = datetime(2026, 1, 1) + timedelta(minutes=moment)
        hours = Hours(opens / 4, closes / 4, weekdays_only)
        opening = hours.get_opening(moment, tz)
        self.assertGreaterEqual(opening, moment)
        self.assertLess(opening - moment, timedelta(days=4, hours=1))
        self.assertGreaterEqual(hours.get_opening(opening, tz), opening)

    @settings(**SETTINGS)
    @given(
        MINUTES,
        st.sampled_from([ZURICH, "America/Sao_Paulo", "Europe/Dublin", "Asia/Kabul"]),
    )
    def test_there_and_back(self, moment, tz):
        moment = datetime(2026, 1, 1) + timedelta(minutes=moment)
        back = to_utc(to_local(moment, tz), tz)
        self.assertIn(moment - back, [timedelta(0), timedelta(hours=1)])
