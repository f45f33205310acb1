# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import customer_group_rule
from .common import CustomerGroupCommon


class RuleCommon(CustomerGroupCommon):
    """A group that a rule fills: contacts of the city of Arcadia."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.queue = cls.env["customer.group.rule.queue"]
        cls.anna.city = cls.ben.city = "Arcadia"
        cls.arcadia = cls.create_rule("Arcadia", [("city", "=", "Arcadia")])
        cls.arcadia.user_id = cls.manager
        cls.arcadia._run_rule()

    @classmethod
    def create_rule(cls, name, domain, parent=None, **values):
        values |= {"use_rule": True, "rule_domain": repr(domain)}
        return cls.create_group(name, parent, **values)

    def members(self, group):
        return self.Partner.search([("customer_group_ids", "in", group.ids)])

    def run_queue(self):
        """Evaluate who is in the queue, as the job does, without its commits."""
        self.env.flush_all()
        while self.queue._run_batch():
            pass
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestRule(RuleCommon):
    """Groups that fill themselves."""

    def test_run(self):
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)
        self.assertEqual(self.arcadia.rule_state, "done")
        self.assertEqual((self.arcadia.rule_matched, self.arcadia.rule_added), (2, 2))
        self.cleo.city, self.ben.city = "Arcadia", "Utopia"
        operation = self.arcadia._run_rule()
        self.assertEqual((operation.kind, operation.source), ("rule", "rule"))
        self.assertEqual((operation.added, operation.removed), (1, 1))
        self.assertEqual(self.members(self.arcadia), self.anna + self.cleo)
        self.assertFalse(
            self.arcadia._run_rule(), "Nothing to do, nothing in the journal"
        )
        self.assertLedger()

    def test_saved_contact(self):
        self.run_queue()
        self.dora.city = "Arcadia"
        emil = self.Partner.create({"name": "Emil", "city": "Arcadia"})
        self.ben.city = "Utopia"
        self.run_queue()
        self.assertEqual(self.members(self.arcadia), self.anna + self.dora + emil)
        self.assertFalse(self.queue.search([]))
        self.anna.comment = "No rule looks at this"
        self.env.flush_all()
        self.assertFalse(self.queue.search([]))

    def test_by_hand(self):
        self.cleo.write(self.put_into(self.arcadia))
        self.anna.write(self.take_out_of(self.arcadia))
        self.run_queue()
        self.arcadia._run_rule()
        self.assertEqual(self.members(self.arcadia), self.ben + self.cleo)
        kept_out = self.env["customer.group.exclusion"].search([])
        self.assertEqual(kept_out.partner_id, self.anna)
        self.assertEqual(kept_out.user_id, self.env.user)
        self.anna.write(self.put_into(self.arcadia))
        self.assertTrue(kept_out.end_operation_id)
        self.anna.city = "Utopia"
        self.run_queue()
        self.assertIn(
            self.anna, self.members(self.arcadia), "Put in by hand, she stays"
        )
        self.assertLedger()

    def test_pin(self):
        result = self.arcadia.add_members(self.anna.ids)
        operation = self.env["customer.group.operation"].browse(result["operation_id"])
        self.assertEqual((operation.added, operation.pinned), (0, 1))
        (self.anna + self.ben).city = "Utopia"
        self.run_queue()
        self.assertEqual(self.members(self.arcadia), self.anna)
        operation.action_undo()
        self.run_queue()
        self.assertFalse(self.members(self.arcadia))
        self.assertLedger()

    def test_undo_of_removal(self):
        result = self.arcadia.remove_members(self.anna.ids)
        operation = self.env["customer.group.operation"].browse(result["operation_id"])
        self.run_queue()
        self.assertEqual(self.members(self.arcadia), self.ben)
        operation.action_undo()
        self.run_queue()
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)
        self.anna.city = "Utopia"
        self.run_queue()
        self.assertEqual(self.members(self.arcadia), self.ben, "The rule decides again")

    def test_archived_are_frozen(self):
        self.anna.active = False
        self.dora.write({"city": "Arcadia", "active": False})
        self.anna.city = "Utopia"
        self.arcadia._run_rule()
        members = self.Partner.with_context(active_test=False)
        members = members.search([("customer_group_ids", "in", self.arcadia.ids)])
        self.assertEqual(members, self.anna + self.ben)

    def test_off_keeps_members(self):
        self.arcadia.use_rule = False
        self.anna.city = "Utopia"
        self.run_queue()
        self.arcadia.use_rule = True
        self.arcadia._run_rule()
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)

    def test_grace(self):
        self.arcadia.rule_grace_days = 2
        self.ben.city = "Utopia"
        self.run_queue()
        self.assertIn(self.ben, self.members(self.arcadia))
        row = self.env["customer.group.membership"].search(
            [("partner_id", "=", self.ben.id), ("group_id", "=", self.arcadia.id)]
        )
        self.assertTrue(row.unmatched_since)
        self.ben.city = "Arcadia"
        self.run_queue()
        self.assertFalse(row.unmatched_since)
        self.ben.city = "Utopia"
        self.run_queue()
        self.env.cr.execute(
            """UPDATE customer_group_membership
                  SET unmatched_since = unmatched_since - interval '3 days'"""
        )
        self.env.invalidate_all()
        self.arcadia._run_rule()
        self.assertEqual(self.members(self.arcadia), self.anna)

    def test_groups_in_rules(self):
        """A chain of rules settles in one go, in the order in which they need it."""
        both = self.create_rule("Both", [("customer_group_id", "in", [])])
        chain = self.create_rule("Chain", [("customer_group_ids", "in", both.ids)])
        both.rule_domain = repr(
            [
                ("customer_group_ids", "in", self.arcadia.ids),
                ("customer_group_id", "in", self.trade.ids),
            ]
        )
        order, cycle = self.Group._get_rule_order()
        self.assertEqual(order, self.arcadia + both + chain)
        self.assertFalse(cycle)
        for group in order:
            group._run_rule()
        self.assertEqual(self.members(chain), self.anna + self.ben)
        self.run_queue()
        self.cleo.city, self.ben.city = "Arcadia", "Utopia"
        self.run_queue()
        self.assertEqual(self.members(chain), self.anna + self.cleo)
        self.cleo.write(self.take_out_of(self.wholesale_eu))
        self.run_queue()
        self.assertEqual(self.members(chain), self.anna)
        with self.assertRefused(ValidationError, "circle: .*Arcadia"):
            self.arcadia.rule_domain = f"[('customer_group_ids', 'in', {chain.ids})]"
        with self.assertRefused(ValidationError, "circle"):
            self.create_rule(
                "EU", [("customer_group_id", "in", self.private.ids)], self.private
            )

    def test_exclusive(self):
        size = self.create_group("Size", is_exclusive=True)
        large, small = (
            self.create_rule(name, domain, size)
            for name, domain in (
                ("A Large", [("color", ">=", 5)]),
                ("B Small", [("color", ">=", 1)]),
            )
        )
        special = self.create_group("C Special", size)
        self.anna.color, self.ben.color, self.cleo.color = 1, 5, 9
        self.run_queue()
        for group in large + small:
            group._run_rule()
        self.assertEqual(self.members(large), self.ben + self.cleo)
        self.assertEqual(self.members(small) & (self.anna + self.ben), self.anna)
        self.ben.color, self.anna.color = 1, 5
        self.run_queue()
        self.assertEqual(self.members(large), self.anna + self.cleo)
        self.assertEqual(self.members(small) & (self.anna + self.ben), self.ben)
        self.cleo.write(self.put_into(special))
        self.assertNotIn(large, self.cleo.customer_group_ids)
        self.run_queue()
        self.assertEqual(self.members(special), self.cleo)
        self.assertEqual(self.members(large), self.anna)
        self.cleo.write(self.take_out_of(special))
        self.run_queue()
        self.assertEqual(self.members(large), self.anna + self.cleo)
        with self.assertRefused(UserError, "exclude each other"):
            self.dora.customer_group_ids = large + special
        self.assertLedger()

    def test_brake(self):
        self.patch(type(self.Group), "_rule_brake_count", 1)
        (self.anna + self.ben).city = "Utopia"
        self.arcadia._run_rule()
        self.assertEqual(self.arcadia.rule_state, "review")
        self.assertRegex(self.arcadia.rule_message, "would remove 2 of 2")
        self.assertEqual(self.arcadia.activity_ids.user_id, self.manager)
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)
        self.run_queue()
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)
        self.arcadia.with_context(force_rule=True).action_run_rule()
        self.assertFalse(self.members(self.arcadia))
        self.assertEqual(self.arcadia.rule_state, "done")
        self.assertFalse(self.arcadia.activity_ids)

    def test_everybody(self):
        self.arcadia.rule_domain = "[]"
        self.arcadia._run_rule()
        self.assertEqual(self.arcadia.rule_state, "review")
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)
        self.arcadia.rule_everybody = True
        self.arcadia._run_rule()
        self.assertEqual(self.arcadia.rule_state, "done")
        self.assertEqual(self.members(self.arcadia), self.Partner.search([]))

    def test_broken(self):
        """A rule on a field that is gone keeps its members and tells the owner."""
        self.env.cr.execute(
            "UPDATE customer_group SET rule_domain = %s WHERE id = %s",
            ["[('gone_field', '=', 1)]", self.arcadia.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.arcadia._run_rule()
        self.assertEqual(self.arcadia.rule_state, "error")
        self.assertRegex(self.arcadia.rule_message, "gone_field")
        self.assertTrue(self.arcadia.activity_ids)
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)
        self.anna.write(self.take_out_of(self.arcadia))
        self.assertTrue(self.env["customer.group.exclusion"].search([]))

    def test_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        (self.anna + self.ben).company_id = self.env.company
        self.dora.write({"city": "Arcadia", "company_id": other.id})
        self.cleo.city = "Arcadia"
        group = self.create_rule(
            "Of other", [("city", "=", "Arcadia")], company_id=other.id
        )
        group._run_rule()
        self.assertEqual(self.members(group), self.cleo + self.dora)

    def test_rights(self):
        self.arcadia.user_id = self.creator
        with self.assertRefused(AccessError, "rule_domain"):
            self.as_user(self.arcadia, self.creator).rule_domain = "[]"
        group = self.as_user(self.arcadia, self.manager)
        group.rule_domain = "[('city', '=', 'Utopia')]"
        for user in (self.assigner, self.creator):
            with self.assertRefused(AccessError, "not allowed|field"):
                self.as_user(self.arcadia, user).action_run_rule()

    def test_only_the_rule(self):
        self.arcadia.assign_policy = "rule"
        cleo = self.as_user(self.cleo, self.manager)
        with self.assertRefused(AccessError, "Only its rule decides"):
            cleo.write(self.put_into(self.arcadia))
        with self.assertRefused(AccessError, "Only its rule decides"):
            self.as_user(self.arcadia, self.manager).remove_members(self.anna.ids)
        cleo.city = "Arcadia"
        self.run_queue()
        self.assertIn(self.cleo, self.members(self.arcadia))

    def test_switch_off(self):
        wizard = self.env["customer.group.rule.off"].with_user(self.manager)
        wizard = wizard.with_context(active_id=self.arcadia.id).create({})
        self.cleo.write(self.put_into(self.arcadia))
        self.assertEqual(wizard.rule_member_count, 2)
        wizard.members = "remove"
        wizard.action_apply()
        self.assertFalse(self.arcadia.use_rule)
        self.assertFalse(self.arcadia.rule_state)
        self.assertEqual(self.members(self.arcadia), self.cleo)
        self.assertFalse(self.env["customer.group.exclusion"].search([]))
        self.assertLedger()

    def test_abuse(self):
        group = self.as_user(self.arcadia, self.manager)
        deep = "[('child_ids', 'any', " * 400 + "[]" + ")]" * 400
        wide = repr(["|"] * 100 + [("city", "=", "x")] * 101)
        for text, message in (
            ("__import__('os').getcwd()", "not valid"),
            ("[('city', '=', uid)]", "not valid"),
            ("[('user_ids.totp_secret', '=like', 'a%')]", "may not read"),
            ("[('user_ids', 'any', [('totp_secret', '!=', False)])]", "may not read"),
            ("[('signup_type', '=', 'x')]", "may not read"),
            ("[('child_ids', 'any!', [('city', '=', 'x')])]", "invalid item"),
            ("[('child_ids', 'any', [('child_ids', 'not any!', [])])]", "invalid item"),
            (f"[('city', '=', '{'x' * 10_000}')]", "characters"),
            (deep, "not valid"),
            (wide, "conditions"),
            ("{'city': 'x'}", "list of conditions"),
            ("[('nowhere', '=', 1)]", "no field"),
            ("[('city', 'resembles', 1)]", "not valid"),
            ("[('customer_group_ids', 'ilike', 'Trade')]", "name the groups"),
            ("[('customer_group_ids.name', '=', 'Trade')]", "name the groups"),
            ("[('customer_group_membership_ids', '!=', False)]", "name the groups"),
        ):
            with (
                self.subTest(text=text[:60]),
                self.assertRefused(ValidationError, message),
                self.env.cr.savepoint(),
            ):
                group.rule_domain = text
        self.assertEqual(self.members(self.arcadia), self.anna + self.ben)

    def test_slow_rule(self):
        """A search that takes too long is cancelled, and the rule stays as it was."""
        self.patch(customer_group_rule, "TIME_LIMIT", "1ms")
        before = self.arcadia.rule_domain
        slow = [
            ("child_ids.child_ids.child_ids.name", "ilike", str(i)) for i in range(90)
        ]
        group = self.as_user(self.arcadia, self.manager)
        with (
            self.assertRefused(ValidationError, "takes too long"),
            self.env.cr.savepoint(),
        ):
            group.rule_domain = repr(["|"] * 89 + slow)
        self.env.invalidate_all()
        self.assertEqual(self.arcadia.rule_domain, before)
        [[limit]] = self.env.execute_query(SQL("SHOW statement_timeout"))
        self.assertEqual(limit, "0")
