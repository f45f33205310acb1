# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime, time, timedelta
from random import Random
from unittest.mock import patch

import pytz
from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerGroupCommon

NUMBERS = ("members", "direct_members", "joins", "leaves")
ONE_DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestStat(CustomerGroupCommon):
    """The daily statistics say what can be counted in the ledger one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Stat = cls.env["customer.group.stat"]
        cls.Stat.search([]).unlink()
        (cls.anna + cls.ben + cls.cleo).customer_group_ids = False
        cls.env["customer.group.membership"].search([]).unlink()
        cls.company = cls.env["res.company"].search([], order="id", limit=1)
        cls.company.partner_id.tz = "America/New_York"
        cls.groups = cls.Group.search([])
        cls.people = cls.Partner.create([{"name": f"Person {i}"} for i in range(12)])

    def fill(self):
        """Run the job."""
        self.env.flush_all()
        with patch.object(
            self.env.registry["ir.cron"],
            "_commit_progress",
            return_value=float("inf"),
        ):
            self.Stat._cron_fill()

    def put(self, moment, partner, groups):
        """Let a contact be in just these groups from a moment (UTC) on."""
        with freeze_time(moment):
            partner.customer_group_ids = groups

    def live_through(self, seed, start, days, changes):
        """Change groups of people at random moments, and return the last moment."""
        random = Random(seed)
        moments = sorted(
            start + timedelta(seconds=random.randrange(days * 86400))
            for _change in range(changes)
        )
        for moment in moments:
            partner = random.choice(self.people)
            groups = self.Group.browse(
                random.sample(self.groups.ids, random.randrange(4))
            )
            self.put(moment, partner, groups)
        return start + timedelta(days=days)

    def count_one_by_one(self, group, day):
        """Return the ids of contacts in a group at the end of a day, and directly."""
        zone = pytz.timezone(self.company.partner_id.tz)
        end = zone.localize(datetime.combine(day + ONE_DAY, time()))
        end = end.astimezone(pytz.utc).replace(tzinfo=None)
        found = [set(), set()]
        for row in self.env["customer.group.membership"].search([]):
            if row.date_start < end and (not row.date_end or row.date_end >= end):
                above = row.group_id.parent_path.split("/")[:-1]
                if str(group.id) in above and row.partner_id.active:
                    found[0].add(row.partner_id.id)
                    if row.group_id == group:
                        found[1].add(row.partner_id.id)
        return found

    def assertCounted(self, since=None):
        """Assert that each daily row is what is counted one by one."""
        rows = self.Stat.search([("date", ">=", since or date.min)])
        self.assertTrue(rows)
        for row in rows:
            members, direct = self.count_one_by_one(row.group_id, row.date)
            before, _direct = self.count_one_by_one(row.group_id, row.date - ONE_DAY)
            self.assertEqual(
                tuple(row[name] for name in NUMBERS),
                (
                    len(members),
                    len(direct),
                    len(members - before),
                    len(before - members),
                ),
                f"{row.group_id.complete_name} {row.date}",
            )

    def get_rows(self, *groups):
        return {
            (row.group_id, row.date): tuple(row[name] for name in NUMBERS)
            for row in self.Stat.search([("group_id", "in", [g.id for g in groups])])
        }

    # ------------------------------------------------------------
    # NUMBERS
    # ------------------------------------------------------------

    def test_one_by_one(self):
        """Also on days of 23 and 25 hours, and for people who come and go in a day."""
        for seed, start in enumerate([datetime(2026, 3, 1), datetime(2026, 10, 25)]):
            end = self.live_through(seed, start, 20, 60)
            with freeze_time(end):
                self.fill()
            self.assertCounted()

    def test_missed_days(self):
        """However often the job runs, and whatever days it misses, the end is equal."""
        start = datetime(2026, 3, 1)
        moment = start
        for seed, days in enumerate([1, 1, 5, 9, 2]):
            moment = self.live_through(seed, moment, days, 8)
            with freeze_time(moment - timedelta(hours=seed)):
                self.fill()
        with freeze_time(moment):
            self.fill()
            rows = self.get_rows(*self.groups)
            self.assertCounted()
            self.Stat.search([]).unlink()
            self.fill()
        self.assertEqual(self.get_rows(*self.groups), rows)

    def test_idempotent(self):
        with freeze_time(self.live_through(7, datetime(2026, 5, 1), 10, 30)):
            self.fill()
            rows = self.get_rows(*self.groups)
            self.fill()
        self.assertEqual(self.get_rows(*self.groups), rows)

    def test_day_ends_where_the_company_is(self):
        self.put(datetime(2026, 7, 2, 3, 59), self.people[0], self.students)
        self.put(datetime(2026, 7, 2, 4, 1), self.people[1], self.students)
        with freeze_time("2026-07-02 12:00:00"):
            self.fill()
        self.assertEqual(
            self.get_rows(self.students),
            {
                (self.students, date(2026, 7, 1)): (1, 1, 1, 0),
                (self.students, date(2026, 7, 2)): (2, 2, 1, 0),
            },
        )

    def test_move_within_a_tree(self):
        """Who moves from one subgroup to another neither comes to the parent nor goes.

        Not even when the steps are a second apart.
        """
        self.put(datetime(2026, 7, 1, 12), self.people[0], self.wholesale)
        self.put(datetime(2026, 7, 3, 12, 0, 0), self.people[0], self.Group)
        self.put(datetime(2026, 7, 3, 12, 0, 1), self.people[0], self.retail)
        with freeze_time("2026-07-04 12:00:00"):
            self.fill()
        rows = self.get_rows(self.trade, self.wholesale, self.retail)
        day = date(2026, 7, 3)
        self.assertEqual(rows[self.trade, day], (1, 0, 0, 0))
        self.assertEqual(rows[self.wholesale, day], (0, 0, 0, 1))
        self.assertEqual(rows[self.retail, day], (1, 1, 1, 0))

    def test_archived(self):
        """Archived contacts do not count, and archived groups count for themselves."""
        self.put(datetime(2026, 7, 1, 12), self.people[0], self.wholesale)
        self.put(datetime(2026, 7, 1, 12), self.people[1], self.wholesale_eu)
        self.put(datetime(2026, 7, 1, 12), self.people[2], self.wholesale)
        self.people[2].action_archive()
        self.wholesale_eu.action_archive()
        with freeze_time("2026-07-01 22:00:00"):
            self.fill()
        rows = self.get_rows(self.trade, self.wholesale_eu)
        self.assertEqual(rows[self.trade, date(2026, 7, 1)][0], 1)
        self.assertEqual(rows[self.trade, date(2026, 7, 1)][0], self.trade.member_count)
        self.assertEqual(rows[self.wholesale_eu, date(2026, 7, 1)][0], 1)

    def test_old_months_are_shortened(self):
        """What is older has a row for each month, computed so or shortened later."""
        end = self.live_through(3, datetime(2025, 1, 10), 100, 80)
        with freeze_time(end):
            self.fill()
        by_month = self.read_months()
        direct = self.Stat.search_count([("date", "<", "2025-04-01")])
        later = datetime(2026, 5, 20)
        with freeze_time(later):
            self.fill()
            self.assertEqual(self.read_months(until="2025-04-01"), by_month)
            self.assertLess(
                self.Stat.search_count([("date", "<", "2025-04-01")]), direct
            )
            rows = self.get_rows(*self.groups)
            for _group, day in rows:
                self.assertTrue(
                    day >= date(2025, 4, 1) or (day + ONE_DAY).day == 1, day
                )
            self.Stat.search([]).unlink()
            self.fill()
            self.assertEqual(self.get_rows(*self.groups), rows)
            self.assertCounted(since=date(2025, 5, 1))

    def read_months(self, until="2025-04-01"):
        return {
            (group, month): numbers
            for group, month, *numbers in self.Stat._read_group(
                [("date", "<", until)],
                ["group_id", "date:month"],
                [f"{name}:sum" for name in NUMBERS],
            )
        }

    def test_members_are_not_summed_up_over_days(self):
        self.put(datetime(2026, 6, 30, 12), self.people[0], self.students)
        self.put(datetime(2026, 7, 10, 12), self.people[1], self.students)
        self.put(datetime(2026, 7, 12, 12), self.people[2], self.wholesale)
        self.put(datetime(2026, 7, 20, 12), self.people[0], self.Group)
        with freeze_time("2026-07-25 12:00:00"):
            self.fill()
        measures = ["members:sum", "joins:sum", "leaves:sum"]
        both = [("group_id", "in", (self.students + self.wholesale).ids)]
        read = self.Stat.with_user(self.manager)._read_group
        self.assertEqual(
            read(both, ["date:month"], measures),
            [(date(2026, 6, 1), 1, 1, 0), (date(2026, 7, 1), 2, 2, 1)],
        )
        self.assertEqual(
            read(both, ["group_id"], measures),
            [(self.wholesale, 1, 1, 0), (self.students, 1, 2, 1)],
        )
        self.assertEqual(read(both, [], measures), [(2, 3, 1)])
        [week] = self.Stat.with_user(self.manager).formatted_read_group(
            [*both, ("date", "=", "2026-07-19")], ["date:week"], measures
        )
        self.assertEqual(week["members:sum"], 3)

    # ------------------------------------------------------------
    # WHAT BECOMES OF IT
    # ------------------------------------------------------------

    def test_erasure(self):
        """The past stays as it was counted when a contact is deleted."""
        for person in self.people[:3]:
            self.put(datetime(2026, 7, 1, 12), person, self.students)
        with freeze_time("2026-07-05 12:00:00"):
            self.fill()
        self.people[0].unlink()
        with freeze_time("2026-07-06 12:00:00"):
            self.fill()
        rows = self.get_rows(self.students)
        self.assertEqual(rows[self.students, date(2026, 7, 1)], (3, 3, 3, 0))
        self.assertEqual(rows[self.students, date(2026, 7, 4)], (3, 3, 0, 0))
        self.assertEqual(rows[self.students, date(2026, 7, 6)], (2, 2, 0, 0))

    def test_merge_of_groups(self):
        """Numbers become those of the remaining group, without counting any twice."""
        self.put(datetime(2026, 7, 1, 12), self.people[0], self.wholesale)
        self.put(datetime(2026, 7, 1, 12), self.people[1], self.wholesale_eu)
        self.put(datetime(2026, 7, 2, 12), self.people[2], self.students)
        with freeze_time("2026-07-03 12:00:00"):
            self.fill()
            groups = self.students + self.wholesale_eu
            groups.with_user(self.manager)._merge_into(self.wholesale)
            rows = self.get_rows(self.wholesale)
            self.assertEqual(
                [rows[self.wholesale, date(2026, 7, day)] for day in (1, 2)],
                [(2, 2, 2, 0), (3, 3, 1, 0)],
            )
            self.fill()
            rows = self.get_rows(self.wholesale)
            self.assertEqual(rows[self.wholesale, date(2026, 7, 3)], (3, 3, 0, 0))

    def test_delete_group(self):
        self.put(datetime(2026, 7, 1, 12), self.people[0], self.students)
        with freeze_time("2026-07-03 12:00:00"):
            self.fill()
        self.students.unlink()
        self.assertFalse(self.Stat.search([("group_id", "=", self.students.id)]))

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_few_members_are_for_managers(self):
        for day, person in enumerate(self.people[:6], 1):
            self.put(datetime(2026, 7, day, 12), person, self.students)
        with freeze_time("2026-07-06 12:00:00"):
            self.fill()
        domain = [("group_id", "=", self.students.id)]
        for user, days in ((self.reader, 2), (self.assigner, 2), (self.manager, 6)):
            self.assertEqual(self.Stat.with_user(user).search_count(domain), days)
        for user in (self.portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.Stat.with_user(user).search(domain)

    def test_groups_of_other_companies(self):
        other = self.env["res.company"].create({"name": "There"})
        self.students.company_id = other
        self.private.company_id = other
        for person in self.people[:6]:
            self.put(datetime(2026, 7, 1, 12), person, self.students)
        with freeze_time("2026-07-01 20:00:00"):
            self.fill()
        domain = [("group_id", "in", (self.students + self.private).ids)]
        self.assertTrue(self.Stat.search(domain))
        stats = self.Stat.with_user(self.manager)
        self.assertFalse(stats.search(domain))
        self.assertFalse(stats._read_group(domain, ["group_id"], ["members:sum"]))
        self.manager.company_ids += other
        stats = stats.with_context(allowed_company_ids=other.ids)
        self.assertEqual(stats.search_count(domain), 2)

    def test_nobody_writes(self):
        self.put(datetime(2026, 7, 1, 12), self.people[0], self.students)
        self.fill()
        row = self.Stat.search([], limit=1).with_user(self.manager)
        with self.assertRaises(AccessError):
            row.members = 99
        with self.assertRaises(AccessError):
            row.unlink()
        with self.assertRaises(AccessError):
            row.create({"group_id": self.students.id, "date": "2020-01-01"})

    # ------------------------------------------------------------
    # SCALE
    # ------------------------------------------------------------

    def test_number_of_queries(self):
        """The same for 10 contacts in a group and for 1,000 in 300 groups."""
        for size in (10, 1000):
            groups = self.students if size == 10 else self.create_tree(300)
            people = self.Partner.create([{"name": f"P {i}"} for i in range(size)])
            people.customer_group_ids = groups[-3:]
            self.fill()
            self.env.invalidate_all()
            with self.assertQueryCount(18):
                self.fill()

    def test_job(self):
        cron = self.env.ref("customer_group.ir_cron_stat_fill")
        self.put(datetime.now() - ONE_DAY, self.people[0], self.students)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(len(self.get_rows(self.students)), 2)
