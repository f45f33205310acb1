# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo.fields import Date
from odoo.tests import tagged

from .test_rule_why import WhyCommon


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
                ("Is a Company = yes", False, "no", 2),
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
                "Customer Group or Subgroup is Trade",
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

    def test_company_value(self):
        """A value of each company is the one that the rule looks at."""
        other = self.env["res.company"].create({"name": "Other"})
        main = self.env.ref("base.main_company")
        self.anna.with_company(main).barcode = "M-1"
        self.anna.with_company(other).barcode = "O-1"
        stranger = self.create_user(
            "stranger", "base.group_user", company_id=other.id, company_ids=other.ids
        )
        both = self.create_user(
            "both",
            "base.group_user",
            company_id=other.id,
            company_ids=(main + other).ids,
        )
        domain = [("barcode", "=", "M-1")]
        expected = ("Barcode is “M-1”", True)
        for user, value in ((both, "M-1"), (stranger, "Not visible to you")):
            self.assertEqual(
                self.get_condition(self.anna, domain, user), (*expected, value)
            )

    def test_language(self):
        """The reader reads his language, the rule compares in that of the company."""
        self.env["res.lang"]._activate_lang("fr_FR")
        belgium = self.env.ref("base.be")
        belgium.with_context(lang="fr_FR").name = "Belgique"
        label = self.env.ref("base.field_res_partner__country_id")
        label.with_context(lang="fr_FR").field_description = "Pays"
        self.anna.country_id = belgium
        self.reader.lang = "fr_FR"
        text, truth, value = self.get_condition(
            self.anna, [("country_id", "in", belgium.ids)], self.reader
        )
        self.assertEqual((truth, value), (True, "Belgique"))
        self.assertRegex(text, "^Pays .* Belgique$")
        _text, truth, value = self.get_condition(
            self.anna, [("country_id.name", "=", "Belgium")], self.reader
        )
        self.assertEqual((truth, value), (True, "Belgium"))

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
