# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_rule_why import WhyCommon


@tagged("post_install", "-at_install")
class TestRelease(WhyCommon):
    """Holding members, and leaving them to the rule again."""

    def get_last_operation(self):
        return self.env["customer.group.operation"].search([], limit=1)

    def test_hold_and_release(self):
        row = self.get_row(self.anna)
        self.assertEqual(row.stays, "rule")
        self.as_user(row, self.assigner).action_pin()
        self.env.invalidate_all()
        self.assertEqual((row.stays, row.pin_user_id), ("held", self.assigner))
        self.assertTrue(row.pin_date)
        self.as_user(row, self.assigner).action_unpin()
        self.env.invalidate_all()
        self.assertEqual(row.stays, "rule")
        operation = self.get_last_operation()
        self.assertEqual((operation.kind, operation.released), ("release", 1))
        self.assertEqual(operation.user_id, self.assigner)
        self.assertEqual(operation.group_ids, self.arcadia)
        self.anna.city = "Utopia"
        self.run_queue()
        self.assertEqual(self.members(self.arcadia), self.ben)
        self.assertLedger()

    def test_release_leaves(self):
        """Who does not match leaves soon after he is left to the rule."""
        self.arcadia.add_members(self.dora.ids)
        row = self.get_row(self.dora)
        self.assertEqual(row.stays, "hand")
        row.action_unpin()
        self.run_queue()
        self.assertNotIn(self.dora, self.members(self.arcadia))

    def test_undo_release(self):
        row = self.get_row(self.anna)
        row.action_pin()
        hold = row.pin_operation_id
        row.action_unpin()
        self.get_last_operation().action_undo()
        self.assertEqual((row.stays, row.pin_operation_id), ("held", hold))
        self.anna.city = "Utopia"
        self.run_queue()
        self.assertIn(self.anna, self.members(self.arcadia))

    def test_undo_too_late(self):
        self.arcadia.add_members(self.dora.ids)
        self.get_row(self.dora).action_unpin()
        operation = self.get_last_operation()
        self.run_queue()
        with self.assertRefused(UserError, "Nothing was undone"):
            operation.action_undo()

    def test_admit(self):
        self.arcadia.remove_members(self.anna.ids)
        row = self.env["customer.group.exclusion"].search([])
        self.as_user(row, self.assigner).action_admit()
        self.run_queue()
        self.assertIn(self.anna, self.members(self.arcadia))
        self.assertFalse(self.get_row(self.anna).pin_operation_id)

    def test_undo_admit(self):
        self.arcadia.remove_members(self.anna.ids)
        self.env["customer.group.exclusion"].search([]).action_admit()
        self.get_last_operation().action_undo()
        self.run_queue()
        self.assertNotIn(self.anna, self.members(self.arcadia))

    def test_rights(self):
        self.arcadia.add_members(self.cleo.ids)
        self.arcadia.remove_members(self.anna.ids)
        row, hand = self.get_row(self.ben), self.get_row(self.cleo)
        kept_out = self.env["customer.group.exclusion"].search([])
        for user in (self.reader, self.create_user("plain", "base.group_user")):
            self.assertFalse(self.as_user(row, user).can_hold)
            self.assertFalse(self.as_user(hand, user).can_release)
            self.assertFalse(self.as_user(kept_out, user).can_admit)
            for records, method in (
                (row, "action_pin"),
                (hand, "action_unpin"),
                (kept_out, "action_admit"),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    getattr(self.as_user(records, user), method)()
        self.assertTrue(self.as_user(row, self.assigner).can_hold)
        self.assertTrue(self.as_user(hand, self.assigner).can_release)
        self.assertTrue(self.as_user(kept_out, self.assigner).can_admit)
        self.arcadia.assign_policy = "manager"
        self.assertFalse(self.as_user(row, self.assigner).can_hold)
        with self.assertRefused(AccessError, "Only managers"):
            self.as_user(hand, self.assigner).action_unpin()
        with self.assertRefused(AccessError, "Only managers"):
            self.as_user(kept_out, self.assigner).action_admit()

    def test_other_company(self):
        """Ids of what the user does not see are refused."""
        other = self.env["res.company"].create({"name": "Other"})
        group = self.create_rule("Of other", [("city", "=", "x")], company_id=other.id)
        group.add_members(self.anna.ids)
        row = self.env["customer.group.membership"].search(
            [("group_id", "=", group.id)]
        )
        with self.assertRaises(AccessError):
            self.as_user(row, self.manager).action_unpin()
        with self.assertRaises(AccessError):
            self.as_user(row, self.manager).action_pin()

    def test_nothing_to_do(self):
        """Former members and groups without a rule are left alone."""
        self.ben.city = "Utopia"
        row = self.get_row(self.ben)
        self.arcadia._run_rule()
        before = self.get_last_operation()
        row.action_pin()
        row.action_unpin()
        by_hand = self.env["customer.group.membership"].search(
            [("group_id", "=", self.wholesale.id)]
        )
        by_hand.action_unpin()
        self.assertFalse(any(by_hand.mapped("by_rule")))
        self.assertEqual(self.get_last_operation(), before)
        self.assertNotIn(self.ben, self.members(self.arcadia))
