# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from random import Random
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.customer_group_operation import Change
from .common import CustomerGroupCommon

LISTED = ["cached_direct_member_count", "cached_member_count"]


@tagged("post_install", "-at_install")
class TestMemberCounts(CustomerGroupCommon):
    """What lists of a large database show is what was counted last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Count = cls.env["customer.group.count"]

    def be_large(self):
        """Have the database taken for one that is too large to count at once."""
        self.startPatcher(patch.object(type(self.Count), "_live_limit", -2))

    def recount(self):
        """Run the scheduled recount."""
        cron = self.env.ref("customer_group.ir_cron_recount")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def all_groups(self):
        return self.Group.search([("active", "in", [True, False])])

    def assertCounted(self):
        """Assert that each number listed is what is counted live."""
        for group in self.all_groups():
            self.assertTrue(group.count_date)
            self.assertEqual(
                (group.cached_direct_member_count, group.cached_member_count),
                (group.direct_member_count, group.member_count),
                group.complete_name,
            )

    def put_wrong(self, groups):
        """Enter wrong numbers, as if something had changed unnoticed."""
        self.env.cr.execute(
            SQL(
                "UPDATE customer_group_count SET members = 999 WHERE group_id IN %s",
                groups._ids,
            )
        )
        self.env.invalidate_all()

    def forget_changes(self):
        """Have everything that was changed so far happened before the last count."""
        self.env.cr.execute(
            "UPDATE customer_group_operation SET date = date - interval '1 day'"
        )

    def test_both_ways_to_count_agree(self):
        groups = self.create_tree(60) + self.all_groups()
        other = self.env["res.company"].create({"name": "Other"})
        self.create_group("Hidden", self.trade, company_id=other.id)
        random = Random(7)
        self.Partner.create(
            [
                {
                    "name": f"Contact {i}",
                    "active": bool(i % 7),
                    "customer_group_ids": random.sample(groups.ids, 4),
                }
                for i in range(40)
            ]
        )
        (groups[3] + groups[20] + self.wholesale).action_archive()
        for user in (self.reader, self.manager):
            seen = self.as_user(self.Group, user).search(
                [("active", "in", [True, False])]
            )
            for some in (seen, seen[:5], seen.filtered("active"), seen.browse()):
                self.assertEqual(
                    sorted(some._get_member_counts_by_contact()),
                    sorted(some._get_member_counts()),
                )

    def test_small_database_counts_for_itself(self):
        self.recount()
        self.assertFalse(self.Count.search_count([]), "Nothing is stored")
        self.dora.customer_group_ids = self.students
        self.assertRecordValues(
            self.students + self.trade,
            [
                {
                    "cached_direct_member_count": 2,
                    "cached_member_count": 2,
                    "count_date": False,
                },
                {
                    "cached_direct_member_count": 0,
                    "cached_member_count": 3,
                    "count_date": False,
                },
            ],
        )

    def test_random_tree(self):
        self.be_large()
        random = Random(5)
        tree = self.create_tree(60)
        contacts = self.Partner.create(
            [
                {
                    "name": f"Contact {index}",
                    "active": index % 7 > 0,
                    "customer_group_ids": random.sample(tree.ids, index % 6),
                }
                for index in range(90)
            ]
        )
        (tree[-5:] + tree[11]).action_archive()
        self.recount()
        self.assertCounted()
        self.assertEqual(len(self.Count.search([])), len(self.all_groups()))
        for _ in range(10):
            partner, group = random.choice(contacts), random.choice(tree)
            random.choice(
                [
                    lambda p=partner: p.write({"customer_group_ids": False}),
                    lambda p=partner, g=group: g.active and p.write(self.put_into(g)),
                    lambda g=group: g.write({"parent_id": self.private.id}),
                    group.action_archive,
                    lambda g=group: self.create_group("New", g) if g.active else None,
                ]
            )()
            self.recount()
            self.assertCounted()

    def test_changes_are_counted_where_they_matter(self):
        self.be_large()
        self.recount()
        self.forget_changes()
        change = Change("add", "bulk")
        pair = SQL(
            "SELECT %s AS partner_id, %s AS group_id", self.dora.id, self.wholesale.id
        )
        for name, function, expected in (
            ("nothing", lambda: None, self.Group),
            (
                "join",
                lambda: self.Group._change_members(pair, None, change),
                self.trade + self.wholesale,
            ),
            (
                "leave",
                lambda: self.dora.write({"customer_group_ids": False}),
                self.trade + self.wholesale,
            ),
            (
                "move",
                lambda: self.wholesale_eu.write({"parent_id": self.students.id}),
                self.trade
                + self.wholesale
                + self.wholesale_eu
                + self.private
                + self.students,
            ),
            (
                "archive",
                self.wholesale_eu.action_archive,
                self.wholesale_eu + self.private + self.students,
            ),
            ("delete", self.wholesale_eu.unlink, self.private + self.students),
        ):
            with self.subTest(name):
                function()
                self.env.flush_all()
                self.put_wrong(self.all_groups())
                self.recount()
                right = self.all_groups().filtered(
                    lambda group: group.cached_member_count != 999
                )
                self.assertEqual(right, expected.exists() & self.all_groups())
                for group in right:
                    self.assertEqual(group.cached_member_count, group.member_count)
                self.forget_changes()
        self.assertFalse(self.Count.search([("group_id", "=", False)]))

    def test_first_run_of_a_day_counts_everything(self):
        self.be_large()
        self.recount()
        self.forget_changes()
        self.anna.active = False
        self.ben.unlink()
        self.recount()
        self.assertEqual(self.trade.cached_member_count, 3, "Not noticed at once")
        self.env.cr.execute(
            "UPDATE customer_group_count SET date = date - interval '1 day'"
        )
        self.recount()
        self.assertCounted()
        self.assertEqual(self.trade.cached_member_count, 1)

    def test_interrupted_run_goes_on(self):
        self.be_large()
        self.startPatcher(patch.object(type(self.Count), "_batch_size", 2))
        out_of_time = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", side_effect=[9, 9, 0]
        )
        with out_of_time:
            self.Count._cron_recount()
        self.assertEqual(self.Count.search_count([]), 4)
        self.put_wrong(self.Count.search([]).group_id)
        self.forget_changes()
        self.recount()
        wrong = self.Count.search([("members", "=", 999)])
        self.assertEqual(len(wrong), 4, "Counted groups are not counted again")
        self.assertEqual(self.Count.search_count([]), len(self.all_groups()))

    def test_freshness(self):
        self.be_large()
        self.recount()
        self.dora.customer_group_ids = self.students
        self.assertEqual(self.students.member_count, 2)
        self.assertEqual(self.students.cached_member_count, 1)
        self.assertTrue(self.students.count_date)
        new = self.create_group("New", self.private)
        self.ben.customer_group_ids = new
        self.env.invalidate_all()
        self.assertEqual(new.cached_member_count, 1, "Never counted: live")
        self.assertFalse(new.count_date)
        self.assertFalse(self.Group.new({"name": "Draft"}).cached_member_count)

    def test_search_uses_what_is_listed(self):
        self.be_large()
        self.recount()
        self.dora.customer_group_ids = self.retail
        empty = self.Group.search([("cached_member_count", "=", 0)])
        self.assertIn(self.retail, empty)
        self.assertNotIn(self.retail, self.Group.search([("member_count", "=", 0)]))
        self.assertIn(
            self.trade, self.Group.search([("cached_direct_member_count", "=", 0)])
        )
        self.recount()
        self.assertNotIn(
            self.retail, self.Group.search([("cached_member_count", "=", 0)])
        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models.unlink")
    def test_nobody_writes_the_cache(self):
        self.be_large()
        self.recount()
        count = self.Count.search([("group_id", "=", self.trade.id)])
        self.assertEqual(count.with_user(self.env.ref("base.user_admin")).members, 3)
        for user in (self.manager, self.env.ref("base.user_admin")):
            mine = count.with_user(user)
            for function in (
                lambda mine=mine: mine.write({"members": 7}),
                lambda mine=mine: mine.create({"path": "1/", "date": "2026-01-01"}),
                mine.unlink,
            ):
                with self.assertRaises(AccessError):
                    function()
        with self.assertRaises(AccessError):
            count.with_user(self.manager).read(["members"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_groups_of_another_company(self):
        self.be_large()
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", company_id=other.id)
        self.recount()
        with self.assertRaises(AccessError):
            self.as_user(secret, self.reader).read(LISTED)

    def test_number_of_queries(self):
        self.be_large()
        groups = self.Group.with_user(self.assigner)
        fields = dict.fromkeys(["complete_name", *LISTED, "count_date"], {})
        for size in (20, 2000):
            tree = self.create_tree(size)
            self.recount()
            for queries, names in ((4, {"complete_name": {}}), (6, fields)):
                groups.web_search_read([], names, limit=80)
                self.env.invalidate_all()
                with self.subTest(size=size), self.assertQueryCount(queries):
                    groups.web_search_read([], names, limit=80)
            tree.unlink()
