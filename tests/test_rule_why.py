# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .test_rule import RuleCommon


class WhyCommon(RuleCommon):
    """The dialog, read like a person reads it."""

    def explain(self, partner, group, user=None):
        """Return the dialog as the user gets it while he chooses, before any save."""
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.env.user
        wizard = self.env["customer.group.why"].with_user(user)
        wizard = wizard.with_context(lang=user.lang).new(
            {"group_id": group.id, "partner_id": partner.id}
        )
        return html.fromstring(f"<div>{wizard.explanation}</div>")

    def get_row(self, partner):
        return self.env["customer.group.membership"].search(
            [
                ("partner_id", "=", partner.id),
                ("group_id", "=", self.arcadia.id),
                ("date_end", "=", False),
            ]
        )

    def assertWhy(self, partner, group, *texts, user=None):
        """Assert that the words before the conditions contain these, in order."""
        page = self.explain(partner, group, user)
        for conditions in page.xpath("./h4 | ./ul"):
            page.remove(conditions)
        found = " ".join(page.text_content().split())
        position = 0
        for text in texts:
            self.assertIn(text, found[position:])
            position = found.index(text, position) + len(text)
        return found

    def get_conditions(self, partner, group, user=None):
        """Return the tree as lists (text, truth, value, depth)."""
        page = self.explain(partner, group, user)
        return [
            (
                item.xpath("string(./strong | ./span)"),
                {"True": True, "Not true": False}.get(item.xpath("string(./i/@title)")),
                " ".join(item.xpath("string(./div)").split()).removeprefix("Has: "),
                len(item.xpath("ancestor::ul")) - 1,
            )
            for item in page.xpath(".//li")
        ]

    def get_condition(self, partner, domain, user=None):
        """Return (text, truth, value) of a rule with a single condition."""
        self.arcadia.rule_domain = repr(domain)
        [[text, truth, value, _depth]] = self.get_conditions(
            partner, self.arcadia, user
        )
        return text, truth, value


@tagged("post_install", "-at_install")
class TestRuleVerdict(WhyCommon):
    """What the dialog says, for each way to be in a group or not."""

    def test_by_rule(self):
        verdict = "Anna is in “Arcadia” by its rule"
        self.assertWhy(self.anna, self.arcadia, verdict, "Joined", "Rule")

    def test_by_hand(self):
        self.arcadia.with_user(self.assigner).add_members(self.cleo.ids, reason="Fair")
        found = self.assertWhy(
            self.cleo,
            self.arcadia,
            "Cleo was put into “Arcadia”",
            "whatever the rule says",
            "does not match",
            "Joined",
            "In bulk",
            self.assigner.name,
            "Fair",
            user=self.reader,
        )
        self.assertNotIn("Held since", found)

    def test_held(self):
        row = self.get_row(self.anna)
        self.as_user(row, self.assigner).action_pin()
        self.assertWhy(
            self.anna,
            self.arcadia,
            "Anna is held in “Arcadia” by hand",
            "matches as well",
            "Joined",
            "Held since",
            self.assigner.name,
            user=self.reader,
        )

    def test_no_match(self):
        found = self.assertWhy(
            self.dora, self.arcadia, "Dora is not in “Arcadia”", "does not match"
        )
        self.assertNotIn("Joined", found)

    def test_former_member(self):
        self.ben.city = "Utopia"
        self.arcadia._run_rule()
        self.assertWhy(self.ben, self.arcadia, "is not in", "Joined", "Left", "Rule")

    def test_kept_out(self):
        group = self.arcadia.with_user(self.assigner)
        group.remove_members(self.anna.ids, reason="Asked us")
        found = self.assertWhy(
            self.anna,
            self.arcadia,
            "Anna is kept out of “Arcadia”",
            "matches, but a person has decided otherwise",
            "Kept out since",
            self.assigner.name,
            "Asked us",
            user=self.reader,
        )
        self.anna.city = "Utopia"
        self.assertWhy(self.anna, self.arcadia, "kept out", "does not match either")
        self.assertNotIn("evaluated next", found)

    def test_soon(self):
        self.dora.city, self.ben.city = "Arcadia", "Utopia"
        self.assertWhy(self.dora, self.arcadia, "not in", "joins when")
        self.assertWhy(
            self.ben,
            self.arcadia,
            "by its rule",
            "no longer matches",
            "leaves when",
        )

    def test_archived_contact(self):
        (self.anna + self.dora).active = False
        self.dora.city = "Arcadia"
        for partner, verdict in ((self.anna, "is in"), (self.dora, "is not in")):
            found = self.assertWhy(
                partner, self.arcadia, verdict, "contact is archived"
            )
            self.assertNotIn("evaluated next", found)
        self.assertEqual(
            self.get_conditions(self.dora, self.arcadia)[0][1:3],
            (True, "Arcadia"),
            "What is true of an archived contact stays true",
        )

    def test_archived_group(self):
        self.arcadia.active = False
        self.dora.city = "Arcadia"
        found = self.assertWhy(self.dora, self.arcadia, "not in", "group is archived")
        self.assertNotIn("evaluated next", found)

    def test_no_rule(self):
        self.assertWhy(self.anna, self.wholesale, "was put into", "has no rule")
        self.assertWhy(self.dora, self.wholesale, "not in", "has no rule")
        self.assertFalse(self.get_conditions(self.anna, self.wholesale))

    def test_exclusive(self):
        size = self.create_group("Size", is_exclusive=True)
        large = self.create_rule("A Large", [("color", ">=", 5)], size)
        small = self.create_rule("B Small", [("color", ">=", 1)], size)
        self.anna.color = 5
        (large + small)._request_run()
        for group in large + small:
            group._run_rule()
        found = self.assertWhy(
            self.anna, small, "not in", "The rule matches", "“Size / A Large”"
        )
        self.assertNotIn("evaluated next", found)

    def test_exclusive_later(self):
        """Who is in two groups that now exclude each other leaves the later one."""
        size = self.create_group("Size")
        large = self.create_rule("A Large", [("color", ">=", 5)], size)
        small = self.create_rule("B Small", [("color", ">=", 1)], size)
        self.anna.color = 5
        for group in large + small:
            group._run_rule()
        size.is_exclusive = True
        self.assertWhy(self.anna, large, "by its rule")
        self.assertWhy(
            self.anna, small, "by its rule", "“Size / A Large”", "leaves when the rule"
        )

    def test_exclusive_hidden(self):
        """A group of another company that goes before is not named."""
        other = self.env["res.company"].create({"name": "Other"})
        size = self.create_group("Size", is_exclusive=True)
        hidden = self.create_group("A Secret", size, company_id=other.id)
        small = self.create_rule("B Small", [("color", ">=", 1)], size)
        self.anna.color = 3
        hidden.add_members(self.anna.ids)
        found = self.assertWhy(
            self.anna, small, "not in", "in a group that goes before", user=self.reader
        )
        self.assertNotIn("Secret", found)

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.dora.write({"city": "Arcadia", "company_id": self.env.company.id})
        group = self.create_rule(
            "Of other", [("city", "=", "Arcadia")], company_id=other.id
        )
        user = self.create_user(
            "both",
            "base.group_user",
            company_ids=[Command.set((self.env.company + other).ids)],
        )
        group = group.with_context(allowed_company_ids=[self.env.company.id, other.id])
        wizard = self.env["customer.group.why"].with_user(user)
        wizard = wizard.with_context(**group.env.context)
        self.env.flush_all()
        self.env.invalidate_all()
        wizard = wizard.new({"group_id": group.id, "partner_id": self.dora.id})
        self.assertIn("another company", wizard.explanation)

    def test_review(self):
        self.patch(type(self.Group), "_rule_brake_count", 1)
        (self.anna + self.ben).city = "Utopia"
        self.arcadia._run_rule()
        found = self.assertWhy(
            self.anna, self.arcadia, "is in", "no longer matches", "waits for a person"
        )
        self.assertIn("would remove 2 of 2", found)
        self.assertNotIn("evaluated next", found)

    def test_broken(self):
        self.env.cr.execute(
            "UPDATE customer_group SET rule_domain = %s WHERE id = %s",
            ["[('gone_field', '=', 1)]", self.arcadia.id],
        )
        self.env.invalidate_all()
        self.assertWhy(self.anna, self.arcadia, "is in", "does not work", "gone_field")
        self.assertWhy(self.dora, self.arcadia, "not in", "does not work", "gone_field")
        self.assertFalse(self.get_conditions(self.anna, self.arcadia))

    def test_grace(self):
        self.arcadia.rule_grace_days = 2
        self.ben.city = "Utopia"
        self.run_queue()
        row = self.get_row(self.ben)
        leaves = row.unmatched_since + timedelta(days=2)
        leaves = " ".join(self.env["customer.group.why"]._format(leaves).split())
        self.assertWhy(self.ben, self.arcadia, "by its rule", f"leaves, on {leaves}")

    def test_rights(self):
        """Who sees both the contact and the group learns why, and nobody else."""
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", company_id=other.id)
        stranger = self.Partner.create({"name": "Strange", "company_id": other.id})
        self.assertWhy(self.anna, self.arcadia, "by its rule", user=self.reader)
        for partner, group, user in (
            (self.anna, secret, self.reader),
            (stranger, self.arcadia, self.reader),
            (self.anna, self.arcadia, self.portal),
        ):
            with self.assertRaises(AccessError):
                self.explain(partner, group, user)
