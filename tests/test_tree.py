# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerGroupCommon
from .http_common import HttpApiCommon

COLUMNS = [
    "id",
    "name",
    "color",
    "parent_id",
    "active",
    "match",
    "movable",
    "direct",
    "total",
]


def get_rows(tree):
    """Return the groups of a tree by the names of their columns."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in tree["groups"]]


@tagged("post_install", "-at_install")
class TestTree(CustomerGroupCommon):
    """What the group manager gets from the server."""

    def get_tree(self, user, domain=()):
        return self.as_user(self.Group, user).get_tree(domain)

    def as_in_manager(self, records):
        return records.with_context(customer_group_manager=True)

    def get_names(self, tree):
        return [group["name"] for group in get_rows(tree)]

    def test_order_is_that_of_the_tree(self):
        tree = self.get_tree(self.reader)
        self.assertEqual(
            self.get_names(tree),
            ["Private", "Students", "Trade", "Retail chains", "Wholesale", "EU"],
        )
        seen = {None}
        for group in get_rows(tree):
            self.assertIn(group["parent_id"], seen)
            seen.add(group["id"])

    def test_members_are_counted(self):
        counts = {
            group["name"]: (group["direct"], group["total"])
            for group in get_rows(self.get_tree(self.reader))
        }
        self.assertEqual(counts["Trade"], (0, 3))
        self.assertEqual(counts["Wholesale"], (2, 3))
        self.assertEqual(counts["Retail chains"], (0, 0))

    def test_search_keeps_what_is_above(self):
        tree = self.get_tree(self.reader, [("name", "ilike", "eu")])
        self.assertEqual(self.get_names(tree), ["Trade", "Wholesale", "EU"])
        self.assertEqual(
            [group["match"] for group in get_rows(tree)], [False, False, True]
        )

    def test_rights(self):
        for user, change, assign in (
            (self.reader, False, False),
            (self.assigner, False, True),
            (self.creator, True, True),
            (self.manager, True, True),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(
                    self.get_tree(user)["rights"],
                    {"create": change, "assign": assign},
                )

    def test_groups_can_be_moved_by_those_who_may_change_them(self):
        def get_movable(user):
            rows = get_rows(self.get_tree(user))
            return self.Group.browse(row["id"] for row in rows if row["movable"])

        own = self.Group.with_user(self.creator).create({"name": "Fairs"})
        self.retail.user_id = self.creator
        self.assertFalse(get_movable(self.reader))
        self.assertFalse(get_movable(self.assigner))
        self.assertEqual(get_movable(self.creator), own + self.retail)
        self.assertEqual(get_movable(self.manager), self.Group.search([]))
        (own + self.retail).with_user(self.creator).parent_id = self.private
        with self.assertRaises(AccessError):
            self.wholesale.with_user(self.creator).parent_id = self.private

    def test_numbers_of_a_large_database_have_a_date(self):
        self.assertFalse(self.get_tree(self.reader)["count_date"])
        Count = self.env["customer.group.count"]
        self.startPatcher(patch.object(type(Count), "_live_limit", -2))
        now = fields.Datetime.now()
        Count._recount(self.students.ids, now)
        Count._recount(self.trade.ids, now - timedelta(hours=1))
        tree = self.get_tree(self.reader)
        self.assertEqual(tree["count_date"], now - timedelta(hours=1))

    def test_copy_and_merge_are_shown_where_the_user_is(self):
        group = self.as_user(self.students, self.manager)
        infos = self.as_in_manager(group).action_copy_with_members()["params"]["next"]
        copy = self.Group.search([("name", "=", "Students (copy)")])
        self.assertEqual(infos["infos"], {"customer_group_id": copy.id})
        merge = self.env["customer.group.merge"].with_user(self.manager)
        wizard = self.as_in_manager(merge).create(
            {"group_ids": (copy + group).ids, "target_id": group.id}
        )
        infos = wizard.action_merge()["params"]["next"]
        self.assertEqual(infos["infos"], {"customer_group_id": group.id})

    def test_archived_groups_stay_away(self):
        self.wholesale.action_archive()
        self.assertNotIn("EU", self.get_names(self.get_tree(self.manager)))
        tree = self.get_tree(self.manager, [("active", "=", False)])
        self.assertEqual(self.get_names(tree), ["Trade", "Wholesale", "EU"])

    def test_groups_of_other_companies_stay_away(self):
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", company_id=other.id)
        self.create_group("Below", secret, company_id=other.id)
        tree = self.get_tree(self.manager)
        self.assertNotIn("Secret", self.get_names(tree))
        self.assertNotIn("Below", self.get_names(tree))

    def test_2000_groups_are_one_small_answer(self):
        self.create_tree(1994)
        self.as_user(self.Group, self.reader)
        groups = self.Group.with_user(self.reader)
        groups.get_tree()
        self.env.invalidate_all()
        with self.assertQueryCount(7):
            tree = groups.get_tree()
        self.assertEqual(len(tree["groups"]), 2000)
        self.assertLess(len(json.dumps(tree)), 150_000)

    # ------------------------------------------------------------
    # NEWS
    # ------------------------------------------------------------

    def get_news(self, change):
        """Return what the browsers are told of ``change``."""
        Bus = self.env["bus.bus"].sudo()
        self.env.cr.precommit.run()  # what has been sent before
        last = Bus.search([], order="id desc", limit=1).id or 0
        change()
        self.env.flush_all()
        self.env.cr.precommit.run()
        messages = [json.loads(row.message) for row in Bus.search([("id", ">", last)])]
        return [
            message["payload"]
            for message in messages
            if message["type"] == "customer_group/changed"
        ]

    def test_browsers_are_told_of_changes(self):
        trade = self.trade.with_user(self.manager)
        self.assertIn(
            {"ids": self.trade.ids, "deleted": False},
            self.get_news(lambda: trade.write({"color": 7})),
        )
        students = self.students.with_user(self.manager)
        self.assertEqual(
            self.get_news(students.unlink), [{"ids": students.ids, "deleted": True}]
        )

    def test_members_are_no_news(self):
        self.assertFalse(
            self.get_news(lambda: self.dora.write(self.put_into(self.trade)))
        )


@tagged("post_install", "-at_install")
class TestTreeRequests(HttpApiCommon):
    """What the browser gets when the group manager opens."""

    def test_opening_2000_groups_takes_less_than_300_kb(self):
        self.create_tree(1994)
        action = self.env.ref("customer_group.customer_group_action")
        __, views = self.web(
            self.manager,
            "customer.group",
            "get_views",
            views=[*action.views, (action.search_view_id.id, "search")],
            options={"action_id": action.id, "toolbar": True, "load_filters": True},
        )
        __, tree = self.web(self.manager, "customer.group", "get_tree", [])
        self.assertEqual(len(tree["groups"]), 2000)
        names = views["models"]["customer.group"]["fields"]
        __, form = self.web(
            self.manager,
            "customer.group",
            "web_read",
            tree["groups"][0][0],
            specification={name: {} for name in names},
        )
        sizes = [len(json.dumps(answer)) for answer in (views, tree, form)]
        self.assertLess(sum(sizes), 200_000, sizes)

    def test_the_menu_of_groups_asks_for_no_right(self):
        for user, is_manager in ((self.manager, True), (self.creator, False)):
            self.authenticate(user.login, user.login)
            response = self.url_open("/web/session/get_session_info", json={})
            groups = response.json()["result"]["groups"]
            self.assertIs(groups["customer_group.group_manager"], is_manager)
            self.assertIn("base.group_allow_export", groups)
