# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_rule import RuleCommon


@tagged("post_install", "-at_install")
class TestRuleChanges(RuleCommon):
    """What people change around rules, and what is evaluated because of it."""

    def settle(self):
        """Do what the two jobs do, and no more."""
        self.env.flush_all()
        with patch.object(self.env.cr, "commit", self.env.flush_all):
            self.env["customer.group.rule.run"]._cron_run()
            self.queue._cron_run()
        self.env.invalidate_all()

    def in_trade(self):
        return self.create_rule(
            "In Trade", [("customer_group_id", "in", self.trade.ids)]
        )

    # ------------------------------------------------------------
    # TREE
    # ------------------------------------------------------------

    def test_group_moved_out_and_in(self):
        group = self.in_trade()
        self.settle()
        self.assertEqual(self.members(group), self.anna + self.ben + self.cleo)
        self.wholesale_eu.parent_id = self.private
        self.settle()
        self.assertEqual(self.members(group), self.anna + self.ben)
        self.wholesale_eu.parent_id = self.retail
        self.settle()
        self.assertEqual(self.members(group), self.anna + self.ben + self.cleo)

    def test_group_archived_and_restored(self):
        group = self.in_trade()
        self.settle()
        self.wholesale.action_archive()
        self.settle()
        self.assertFalse(self.members(group))
        self.wholesale_eu.action_unarchive()
        self.settle()
        self.assertEqual(self.members(group), self.anna + self.ben + self.cleo)

    def test_rule_restored_along(self):
        """A rule above or below a restored group is evaluated as well."""
        for child, parent in ((False, self.arcadia), (self.arcadia, False)):
            other = self.create_group("Other", parent)
            (child or other).parent_id = parent or other
            self.settle()
            (self.arcadia if parent else other).action_archive()
            self.cleo.city = "Arcadia"
            self.settle()
            self.assertNotIn(self.cleo, self.members(self.arcadia))
            (other if parent else self.arcadia).action_unarchive()
            self.settle()
            self.assertIn(self.cleo, self.members(self.arcadia))
            self.cleo.city = False
            self.settle()

    def test_group_deleted(self):
        group = self.in_trade()
        self.settle()
        self.wholesale_eu.unlink()
        self.settle()
        self.assertEqual(self.members(group), self.anna + self.ben)

    def test_exclusive_switched_on(self):
        size = self.create_group("Size")
        rules = [
            self.create_rule(name, [("city", "=", "Arcadia")], size)
            for name in ("A", "B")
        ]
        self.settle()
        self.assertEqual(self.members(rules[1]), self.anna + self.ben)
        size.is_exclusive = True
        self.settle()
        self.assertEqual(self.members(rules[0]), self.anna + self.ben)
        self.assertFalse(self.members(rules[1]))
        rules[0].name = "Z"
        self.settle()
        self.assertFalse(self.members(rules[0]))
        rules[0].sequence = 1
        self.settle()
        self.assertFalse(self.members(rules[1]))

    def test_exclusive_without_any_rule(self):
        self.arcadia.unlink()
        self.assertFalse(self.Group._get_rule_index()["watched"])
        size = self.create_group("Size", is_exclusive=True)
        one, two = (self.create_group(name, size) for name in "AB")
        self.dora.customer_group_ids = one
        self.dora.write(self.put_into(two))
        self.assertEqual(self.dora.customer_group_ids, two)

    # ------------------------------------------------------------
    # ORDER
    # ------------------------------------------------------------

    def test_full_run_reaches_what_was_evaluated_already(self):
        """Who needs the result of a run is evaluated after it, however fresh."""
        chain = self.create_rule(
            "Chain", [("customer_group_ids", "in", self.arcadia.ids)]
        )
        self.settle()
        self.arcadia.rule_domain = "[('city', '=', 'Utopia')]"
        self.dora.city = "Utopia"
        self.env["customer.group.rule.queue"].search([]).unlink()
        self.settle()
        self.assertEqual(self.members(chain), self.dora)

    def test_first_rule_on_itself(self):
        self.arcadia.unlink()
        self.assertFalse(self.Group._get_rule_index()["rules"])
        group = self.create_group("Self")
        with self.assertRefused(ValidationError, "circle"):
            group.write(
                {
                    "use_rule": True,
                    "rule_domain": f"[('customer_group_ids', 'in', {group.ids})]",
                }
            )

    def test_circle_by_restoring(self):
        chain = self.create_rule(
            "Chain", [("customer_group_ids", "in", self.arcadia.ids)]
        )
        chain.action_archive()
        self.arcadia.rule_domain = f"[('customer_group_ids', 'in', {chain.ids})]"
        with self.assertRefused(ValidationError, "circle"):
            chain.action_unarchive()

    def test_in_no_group(self):
        """Who joins because he is in no group would have to leave at once."""
        for condition in (
            ("customer_group_ids", "=", False),
            ("customer_group_ids", "!=", False),
            ("customer_group_id", "in", [False, self.trade.id]),
        ):
            with self.assertRefused(ValidationError, "name the groups"):
                self.arcadia.rule_domain = repr([condition])

    # ------------------------------------------------------------
    # BY HAND
    # ------------------------------------------------------------

    def test_field_and_group_in_one_save(self):
        """What is saved together with leaving a group counts already."""
        self.cleo.write(self.put_into(self.arcadia))
        self.cleo.write({"city": "Arcadia", **self.take_out_of(self.arcadia)})
        self.settle()
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)
        self.dora.write(self.put_into(self.arcadia))
        self.dora.city = "Arcadia"
        self.dora.write({"city": "Utopia", **self.take_out_of(self.arcadia)})
        self.dora.city = "Arcadia"
        self.settle()
        self.assertIn(self.dora, self.members(self.arcadia))

    def operation(self, result):
        return self.env["customer.group.operation"].browse(result["operation_id"])

    def test_undo_after_rule_is_off(self):
        """In a group without a rule everybody is held."""
        removal = self.operation(self.arcadia.remove_members(self.anna.ids))
        pin = self.operation(self.arcadia.add_members(self.ben.ids))
        self.arcadia.use_rule = False
        for operation in removal + pin:
            operation._undo()
        self.arcadia.use_rule = True
        (self.anna + self.ben).city = "Utopia"
        self.settle()
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)

    def test_undo_admits(self):
        """Who is back in a group by undo is not kept out of it by an older change."""
        self.arcadia.remove_members(self.anna.ids)
        addition = self.operation(self.arcadia.add_members(self.anna.ids))
        removal = self.operation(self.arcadia.remove_members(self.anna.ids))
        addition._undo()
        removal._undo()
        kept_out = self.env["customer.group.exclusion"].search(
            [("end_operation_id", "=", False)]
        )
        self.assertIn(self.anna, self.members(self.arcadia))
        self.assertFalse(kept_out)

    def test_undo_within_rights(self):
        """Nobody admits to, or keeps out of, a group that he may not assign."""
        group = self.arcadia.with_user(self.assigner)
        removal = self.operation(group.remove_members(self.anna.ids))
        self.arcadia.assign_policy = "manager"
        self.ben.write(self.put_into(self.students))
        removal.with_user(self.assigner)._undo()
        self.settle()
        self.assertNotIn(self.anna, self.members(self.arcadia))

    # ------------------------------------------------------------
    # DELETE
    # ------------------------------------------------------------

    def test_delete_contact_and_group(self):
        self.arcadia.remove_members(self.anna.ids)
        self.arcadia.add_members(self.ben.ids)
        self.anna.unlink()
        self.ben.unlink()
        self.settle()
        self.assertFalse(self.members(self.arcadia))
        self.dora.city = "Arcadia"
        self.settle()
        self.arcadia.remove_members(self.dora.ids)
        self.arcadia.user_id = self.manager
        self.arcadia._store_run(state="review", message="Look")
        activity = self.arcadia.activity_ids
        self.arcadia.unlink()
        self.assertFalse(activity.exists())
        self.assertFalse(self.env["customer.group.exclusion"].search([]))
        self.dora.write({"customer_group_ids": [Command.set(self.retail.ids)]})
        self.settle()

    def test_rule_stays_due_until_it_was_evaluated(self):
        """A rule that is fresh is left out; one that looks at a change is not."""
        self.settle()
        runs = self.env["customer.group.rule.run"].search([])
        date = runs[:1].date - timedelta(minutes=5)
        runs.write({"date": date})
        self.settle()
        self.assertEqual(runs.mapped("date"), [date] * len(runs))
