# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .test_rule import RuleCommon


@tagged("post_install", "-at_install")
class TestRuleMerge(RuleCommon):
    """Merging groups and contacts of which rules decide."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exclusions = cls.env["customer.group.exclusion"]
        cls.utopia = cls.create_rule("Utopia", [("city", "=", "Utopia")])
        cls.dora.city = "Utopia"
        cls.utopia._run_rule()
        cls.run_queue(cls)

    def kept_out(self):
        rows = self.exclusions.search([("end_operation_id", "=", False)])
        return {(row.partner_id, row.group_id) for row in rows}

    def by_rule(self, group):
        rows = self.env["customer.group.membership"].search(
            [
                ("group_id", "=", group.id),
                ("date_end", "=", False),
                ("by_rule", "=", True),
            ]
        )
        return rows.partner_id

    def merge_contacts(self, *partners):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([partner.id for partner in partners], partners[0])
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # GROUPS
    # ------------------------------------------------------------

    def test_members_of_a_merged_group_stay(self):
        """They are held in the group that remains, with and without a rule there."""
        self.arcadia._merge_into(self.students)
        self.assertFalse(self.by_rule(self.students))
        self.assertEqual(self.members(self.students), self.anna + self.ben)
        self.students._merge_into(self.utopia)
        self.assertEqual(self.by_rule(self.utopia), self.dora)
        self.utopia._run_rule()
        self.run_queue()
        everybody = self.anna + self.ben + self.dora
        self.assertEqual(self.members(self.utopia), everybody)
        self.dora.city = False
        self.run_queue()
        self.assertEqual(self.members(self.utopia), self.anna + self.ben)
        self.assertLedger()

    def test_member_by_rule_of_both(self):
        """Who is in both is held: he was in the other one for a reason of its own."""
        both = self.create_rule("Both", [("ref", "=", "both")])
        self.anna.ref = "both"
        both._run_rule()
        self.arcadia._merge_into(both)
        self.assertEqual(self.members(both), self.anna + self.ben)
        self.assertFalse(self.by_rule(both))
        self.assertLedger()

    def test_kept_out_of_merged_groups(self):
        """Keep-outs of both count, but for those who are in the group that remains."""
        (self.cleo + self.dora).city = "Arcadia"
        self.run_queue()
        self.arcadia.remove_members((self.anna + self.cleo + self.dora).ids)
        self.utopia.add_members(self.dora.ids)
        self.anna.city = self.cleo.city = "Utopia"
        self.run_queue()
        self.utopia.remove_members((self.anna + self.cleo).ids)
        operations = self.exclusions.search([]).start_operation_id
        self.arcadia._merge_into(self.utopia)
        self.assertEqual(
            self.kept_out(), {(self.anna, self.utopia), (self.cleo, self.utopia)}
        )
        self.assertEqual(self.members(self.utopia), self.ben + self.dora)
        self.assertTrue(operations.exists())
        self.utopia._run_rule()
        self.assertEqual(self.members(self.utopia), self.ben + self.dora)
        self.assertLedger()

    def test_run_of_a_merged_group_goes(self):
        runs = self.arcadia.rule_run_ids
        self.arcadia._store_run(state="review", message="Look")
        activity = self.arcadia.activity_ids
        self.assertTrue(activity)
        self.arcadia._merge_into(self.utopia)
        self.assertFalse(runs.exists())
        self.assertFalse(activity.exists())
        self.assertEqual(len(self.utopia.rule_run_ids), 1)
        self.assertFalse(self.utopia.activity_ids)

    def test_rule_on_a_merged_group(self):
        """It names a group that is gone: members stay, and its owner is told."""
        chain = self.create_rule(
            "Chain", [("customer_group_ids", "in", self.arcadia.ids)]
        )
        chain.user_id = self.manager
        chain._run_rule()
        self.assertEqual(self.members(chain), self.anna + self.ben)
        self.arcadia._merge_into(self.utopia)
        self.env.invalidate_all()
        self.assertEqual(chain.rule_state, "waiting")
        chain._run_rule()
        self.assertEqual(chain.rule_state, "error")
        self.assertRegex(chain.rule_message, "was deleted")
        self.assertTrue(chain.activity_ids)
        self.assertEqual(self.members(chain), self.anna + self.ben)

    # ------------------------------------------------------------
    # CONTACTS
    # ------------------------------------------------------------

    def test_contacts_keep_the_union(self):
        """What the rule gave one of them lasts as long as the rest matches."""
        self.merge_contacts(self.dora, self.anna)
        self.assertFalse(self.anna.exists())
        self.assertEqual(self.dora.city, "Utopia")
        self.assertIn(self.arcadia, self.dora.customer_group_ids)
        self.run_queue()
        self.assertEqual(
            self.dora.customer_group_ids,
            self.utopia + self.wholesale + self.wholesale_eu,
        )
        self.assertLedger()

    def test_held_and_by_rule(self):
        """Who was put in by hand as one of them stays, whatever the rule says."""
        self.cleo.write(self.put_into(self.arcadia))
        self.merge_contacts(self.ben, self.cleo)
        self.assertFalse(self.by_rule(self.arcadia) & self.ben)
        self.ben.city = False
        self.run_queue()
        self.assertIn(self.ben, self.members(self.arcadia))
        self.assertLedger()

    def test_kept_out_contacts(self):
        """A keep-out moves along, once, and not where the contact is a member."""
        self.arcadia.remove_members((self.anna + self.ben).ids)
        self.cleo.write(self.put_into(self.arcadia))
        self.merge_contacts(self.anna, self.ben)
        self.assertEqual(self.kept_out(), {(self.anna, self.arcadia)})
        self.run_queue()
        self.assertNotIn(self.anna, self.members(self.arcadia))
        self.merge_contacts(self.cleo, self.anna)
        self.assertFalse(self.kept_out())
        self.run_queue()
        self.assertEqual(self.members(self.arcadia), self.cleo)
        self.assertLedger()

    def test_kept_out_and_member_by_rule(self):
        """What a person decided about one of them wins over what the rule gave."""
        (self.anna + self.ben).customer_group_ids -= self.Group.search(
            [("use_rule", "=", False)]
        )
        self.arcadia.remove_members(self.anna.ids)
        self.merge_contacts(self.ben, self.anna)
        self.assertEqual(self.kept_out(), {(self.ben, self.arcadia)})
        self.assertFalse(self.members(self.arcadia))
        self.run_queue()
        self.assertFalse(self.members(self.arcadia))
        self.assertLedger()

    def test_branches_that_exclude_each_other(self):
        """The remaining contact is in one of them: what was his, if he had one."""
        size = self.create_group("Size", is_exclusive=True)
        one, two = (self.create_group(name, size) for name in "AB")
        self.dora.customer_group_ids += one
        self.cleo.customer_group_ids += two
        self.merge_contacts(self.dora, self.cleo)
        self.assertEqual(self.dora.customer_group_ids & (one + two), one)
        self.assertLedger()
