# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_rule import RuleCommon


@tagged("post_install", "-at_install")
class TestCoverage(RuleCommon):
    """Who is in no group, in too many, and which groups nobody is in."""

    def contacts(self, action):
        return self.env[action["res_model"]].search(action["domain"])

    def test_missing(self):
        total = self.Partner.search_count([])
        self.assertEqual(self.trade.missing_count, total - 3)
        missing = self.contacts(self.trade.action_view_missing())
        self.assertEqual(len(missing), total - 3)
        self.assertIn(self.dora, missing)

    def test_double(self):
        self.assertFalse(self.trade.double_count)
        self.dora.customer_group_ids = self.retail + self.wholesale_eu
        self.anna.customer_group_ids = self.wholesale + self.wholesale_eu
        self.trade.is_exclusive = True
        self.env.invalidate_all()
        self.assertEqual(self.trade.double_count, 1)
        self.assertEqual(self.contacts(self.trade.action_view_double()), self.dora)
        self.patch(type(self.trade), "_double_limit", 1)
        with self.assertRefused(UserError, "More than 1 contacts"):
            self.trade.action_view_double()

    def test_empty(self):
        self.assertEqual(self.trade.empty_count, 1)
        self.assertEqual(self.contacts(self.trade.action_view_empty()), self.retail)
        self.assertFalse(self.private.empty_count)
        self.ben.active = False
        self.env.invalidate_all()
        self.assertEqual(self.private.empty_count, 1)

    def test_attention(self):
        group = self.create_rule("Everybody", [], self.private)
        group._run_rule()
        self.assertEqual(self.private.attention_count, 1)
        self.assertEqual(self.contacts(self.private.action_view_attention()), group)
        self.assertFalse(self.trade.attention_count)

    def test_hidden_groups_and_contacts(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.dora.company_id = company
        self.create_group("Hidden", self.private, company_id=company.id)
        private = self.as_user(self.private, self.assigner)
        self.assertFalse(private.empty_count)
        total = self.Partner.with_user(self.assigner).search_count([])
        self.assertEqual(private.missing_count, total - 1)

    def test_queries(self):
        groups = self.create_tree(200)
        groups[:10].is_exclusive = True
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            groups.mapped("missing_count")
