# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date
from odoo.tests import tagged

from .test_rule import RuleCommon


class WhyCommon(RuleCommon):
    """The dialog, read like a person reads it."""

    def explain(self, partner, group, user=None):
        """Return the dialog as the user gets it while he chooses, before any save."""
        self.env.flush_all()
        self.env.invalidate_all()
        wizard = self.env["customer.group.why"].with_user(user or self.env.user)
        wizard = wizard.new({"group_id": group.id, "partner_id": partner.id})
        return html.fromstring(f"<div>{wizard.explanation}</div>")

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
        self.assertWhy(
            self.anna,
            self.arcadia,
            "Anna is in “Arcadia” by its rule",
            "Joined",
            "Rule",
        )

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
        self.assertWhy(
            self.dora, self.arcadia, "not in", "joins when the rule is evaluated next"
        )
        self.assertWhy(
            self.ben,
            self.arcadia,
            "by its rule",
            "no longer matches",
            "leaves when the rule is",
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
        self.anna.color = 1
        self.run_queue()
        self.anna.color = 5
        large._run_rule()
        self.env.cr.execute(
            """SELECT group_id FROM customer_group_membership
                WHERE partner_id = %s AND group_id IN %s AND date_end IS NULL""",
            [self.anna.id, (large + small)._ids],
        )
        self.assertEqual(self.env.cr.fetchall(), [(large.id,)])

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

    def get_row(self, partner):
        return self.env["customer.group.membership"].search(
            [
                ("partner_id", "=", partner.id),
                ("group_id", "=", self.arcadia.id),
                ("date_end", "=", False),
            ]
        )


@tagged("post_install", "-at_install")
class TestRuleConditions(WhyCommon):
    """Each condition in words, with its truth and what the contact has."""

    def test_tree(self):
        belgium, france = self.env.ref("base.be"), self.env.ref("base.fr")
        vip = self.env["res.partner.category"].create({"name": "VIP"})
        self.anna.write({"country_id": belgium.id, "color": 3})
        self.Partner.create(
            {"name": "Child", "parent_id": self.anna.id, "function": "Buyer"}
        )
        self.arcadia.rule_domain = repr(
            [
                *("&", "&", "&"),
                *("|", ("country_id", "in", (belgium + france).ids)),
                ("city", "=ilike", "Uto%"),
                *("!", "|", ("category_id", "in", vip.ids), ("color", ">", 4)),
                *("!", "&", ("color", "=", 3), ("is_company", "=", True)),
                ("child_ids", "any", ["!", ("function", "ilike", "sell")]),
            ]
        )
        self.assertEqual(
            self.get_conditions(self.anna, self.arcadia),
            [
                ("All of", True, "", 0),
                ("Any of", True, "", 1),
                ("Country is Belgium or France", True, "Belgium", 2),
                ("City starts with “Uto”", False, "Arcadia", 2),
                ("None of", True, "", 1),
                ("Tags include VIP", False, "nothing", 2),
                ("Color Index is more than 4", False, "3", 2),
                ("Not all of", True, "", 1),
                ("Color Index is 3", True, "3", 2),
                ("Is a Company is set", False, "no", 2),
                (
                    "Contact: one of them with (Job Position does not contain “sell”)",
                    True,
                    "Anna, Child",
                    1,
                ),
            ],
        )

    def test_relative_date(self):
        day = Date.context_today(self.Partner) - timedelta(days=30)
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            [day - timedelta(days=5), self.anna.id],
        )
        formatted = self.Group._format_date(day)
        domain = [("create_date", ">=", "today -30d")]
        text = f"Created on is on or after {formatted} (today -30d)"
        self.assertEqual(self.get_condition(self.ben, domain)[:2], (text, True))
        found = self.get_condition(self.anna, domain)
        self.assertEqual(found[:2], (text, False))
        self.assertTrue(found[2])

    def test_words(self):
        for condition, expected in (
            (("email", "=", False), ("Email is not set", True, "nothing")),
            (("email", "!=", False), ("Email is set", False, "nothing")),
            (("color", "=", 0), ("Color Index is 0", True, "0")),
            (("type", "=", "delivery"), None),
            (("country_id.code", "=", "BE"), None),
            (("id", "=", self.anna.id), ("ID is Anna", True, None)),
            ((1, "=", 1), ("anything", True, "")),
            ((0, "=", 1), ("never", False, "")),
        ):
            with self.subTest(condition=condition):
                text, truth, value = self.get_condition(self.anna, [condition])
                if expected:
                    self.assertEqual((text, truth), expected[:2])
                    if expected[2] is not None:
                        self.assertEqual(value, expected[2])
        self.assertEqual(
            self.get_condition(self.anna, [("type", "=", "delivery")])[0],
            "Address Type is Delivery",
        )
        self.assertEqual(
            self.get_condition(self.anna, [("country_id.code", "=", "BE")]),
            ("Country → Country Code is “BE”", False, "nothing"),
        )
        self.assertEqual(
            self.get_condition(
                self.anna, [("customer_group_id", "in", self.trade.ids)]
            ),
            (
                "Customer Group is Trade",
                True,
                "Arcadia · Trade / Wholesale · Trade / Wholesale / EU",
            ),
        )

    def test_empty_rule(self):
        self.arcadia.rule_domain = "[]"
        page = self.explain(self.dora, self.arcadia)
        self.assertIn("every contact matches", page.text_content())

    def test_like_the_rule(self):
        """The root is true of exactly those whom the rule finds."""
        self.ben.write({"country_id": self.env.ref("base.be").id, "color": 7})
        self.cleo.write({"parent_id": self.ben.id, "email": "cleo@example.com"})
        for domain in (
            ["!", ("country_id.code", "=", "BE")],
            ["!", ("color", "<", 5)],
            ["!", ("child_ids.email", "ilike", "cleo")],
            [("child_ids", "not any", [("email", "!=", False)])],
            ["|", ("parent_id", "child_of", self.ben.id), ("color", "in", [0])],
            ["!", "|", ("country_id", "=", False), ("city", "=", "Arcadia")],
        ):
            with self.subTest(domain=domain):
                self.arcadia.rule_domain = repr(domain)
                partners = self.anna + self.ben + self.cleo + self.dora
                found = partners & partners.search(self.arcadia._get_rule_domain())
                self.assertEqual(
                    partners.filtered(
                        lambda p: self.get_conditions(p, self.arcadia)[0][1]
                    ),
                    found,
                )

    def test_hidden_field(self):
        """What the user may not read is neither shown nor told by true or false."""
        field = self.Partner._fields["ref"]
        self.patch(field, "groups", "base.group_system")
        self.anna.ref = "K-1"
        self.arcadia.rule_domain = repr(
            ["|", ("ref", "=", "K-1"), "&", ("city", "=", "Utopia"), ("ref", "=", "x")]
        )
        texts = self.get_conditions(self.anna, self.arcadia, self.reader)
        self.assertEqual(
            [(truth, value) for _text, truth, value, _depth in texts],
            [
                (None, ""),
                (None, "Not visible to you"),
                (None, ""),
                (False, "Arcadia"),
                (None, "Not visible to you"),
            ],
        )
        self.assertWhy(self.anna, self.arcadia, "is in", user=self.reader)
        texts = self.get_conditions(self.anna, self.arcadia)
        self.assertEqual(texts[1][1:3], (True, "K-1"))

    def test_hidden_record(self):
        """Records that the user may not see stay nameless."""
        other = self.env["res.company"].create({"name": "Other"})
        boss = self.Partner.create({"name": "Boss Secret", "company_id": other.id})
        self.cleo.parent_id = boss
        self.cleo.company_id = False
        domain = [("parent_id", "in", boss.ids)]
        self.assertEqual(
            self.get_condition(self.cleo, domain),
            ("Related Company is Boss Secret", True, "Boss Secret"),
        )
        self.assertEqual(
            self.get_condition(self.cleo, domain, self.reader),
            ("Related Company is what you cannot see", True, "Not visible to you"),
        )
        hidden = self.create_group("Hidden", company_id=other.id)
        hidden.add_members(self.anna.ids)
        domain = [("customer_group_ids", "in", hidden.ids)]
        self.assertEqual(
            self.get_condition(self.anna, domain, self.reader),
            ("Customer Groups include what you cannot see", None, "Not visible to you"),
        )

    def test_budget(self):
        """A long rule takes as many queries as a short one."""
        counts = []
        for size in (5, 50):
            self.arcadia.rule_domain = repr(
                ["|"] * (size - 1)
                + [("city", "=", f"City {i}") for i in range(size - 3)]
                + [
                    ("country_id", "in", self.env.ref("base.be").ids),
                    ("create_date", ">=", "today -3d"),
                    ("parent_id.color", "=", 3),
                ]
            )
            self.explain(self.anna, self.arcadia)  # templates and labels
            before = self.env.cr.sql_log_count
            self.assertEqual(
                len(self.get_conditions(self.anna, self.arcadia)), size + 1
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[0], 60)


@tagged("post_install", "-at_install")
class TestRelease(WhyCommon):
    """Holding members, and leaving them to the rule again."""

    get_row = TestRuleVerdict.get_row

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
