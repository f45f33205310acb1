# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.customer_group.models import customer_group

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestHierarchy(CustomerGroupCommon):
    """Parents, moves, depth, and finding groups by path."""

    def test_not_below_itself(self):
        for parent, message in [
            (self.wholesale, "cannot be its own parent"),
            (self.wholesale_eu, "one of its own subgroups"),
        ]:
            with self.assertRefused(ValidationError, message):
                self.wholesale.parent_id = parent
            with (
                self.assertRefused(ValidationError, message),
                Form(self.wholesale) as form,
            ):
                form.parent_id = parent
        self.env.invalidate_all()
        self.assertEqual(self.wholesale.parent_id, self.trade)

    def test_not_below_itself_by_import(self):
        result = self.Group.load(
            [".id", "parent_id"], [[str(self.trade.id), "Trade / Wholesale"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("one of its own subgroups", result["messages"][0]["message"])

    def test_a_thousand_levels(self):
        """Names, counts, moves and searches work in a tree no person would build."""
        groups = self.create_chain(customer_group.MAX_LEVELS)
        bottom = groups[-1]
        self.anna.write(self.put_into(bottom))
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(3):
            path = bottom.display_name
        self.assertEqual(path.count(" / "), customer_group.MAX_LEVELS - 1)
        self.assertEqual(groups[0].member_count, 1)
        self.assertIn(
            self.anna,
            self.Partner.search([("customer_group_ids", "child_of", groups[0].id)]),
        )
        with self.assertRefused(ValidationError, "1000 levels at most"):
            self.create_group("Too deep", bottom)
        with self.assertRefused(ValidationError, "1000 levels at most"):
            groups[0].parent_id = self.trade
        groups[0].name = "Renamed"
        self.assertTrue(bottom.display_name.startswith("Renamed / "))
        groups[0].action_archive()
        self.assertFalse(bottom.active)

    def create_chain(self, levels):
        """Create one group below the other, without the history of each."""
        group, groups = self.Group.with_context(tracking_disable=True), []
        for level in range(levels):
            group = group.create({"name": f"Level {level}", "parent_id": group.id})
            groups.append(group)
        return groups

    def test_depth_counts_what_moves_along(self):
        with patch.object(customer_group, "MAX_LEVELS", 4):
            with self.assertRefused(ValidationError, "would make it 5"):
                self.trade.parent_id = self.students
            self.trade.parent_id = self.private
        self.assertEqual(
            self.wholesale_eu.display_name, "Private / Trade / Wholesale / EU"
        )

    def test_find_by_any_part_of_the_path(self):
        for text, expected in [
            ("eu", self.wholesale_eu),
            ("wholesale", self.wholesale + self.wholesale_eu),
            ("wholesale/eu", self.wholesale_eu),
            ("Trade / Wholesale / EU", self.wholesale_eu),
            ("trade / wh", self.wholesale + self.wholesale_eu),
            ("whole / ", self.wholesale_eu),
            ("retail / eu", self.Group),
            ("nothing of the sort", self.Group),
            ("100%", self.Group),
            ("a/" * 2000, self.Group),
        ]:
            with self.subTest(text):
                found = [id_ for id_, _name in self.Group.name_search(text)]
                self.assertEqual(self.Group.browse(found), expected)
                self.assertEqual(
                    self.Group.search([("display_name", "ilike", text)]), expected
                )

    def test_find_by_code(self):
        self.students.code = "STUD-7"
        self.assertEqual(
            self.Group.name_search("stud-7"), [(self.students.id, "Private / Students")]
        )

    def test_own_name_comes_before_the_path(self):
        """Eight subgroups of Wholesale do not hide another group named so."""
        for number in range(8):
            self.create_group(f"Region {number}", self.wholesale)
        other = self.create_group("Wholesale partners", self.private)
        found = [id_ for id_, _name in self.Group.name_search("wholesale", limit=8)]
        self.assertEqual(len(found), 8)
        self.assertEqual(found[:2], [other.id, self.wholesale.id])

    def test_exact_names(self):
        for path, expected in [
            ("Trade / Wholesale / EU", self.wholesale_eu),
            ("trade/WHOLESALE/ eu", self.wholesale_eu),
            ("Trade", self.trade),
            ("EU", self.wholesale_eu),
            ("Wholesale / EU", self.Group),
            ("Trade / Nothing", self.Group),
            ("trade/" * 2000, self.Group),
            ("", self.Group),
        ]:
            with self.subTest(path):
                found = [
                    id_ for id_, _name in self.Group.name_search(path, operator="=")
                ]
                self.assertEqual(self.Group.browse(found), expected)

    def test_exact_names_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.wholesale.with_context(lang="fr_FR").name = "Grossistes"
        french = self.Group.with_context(lang="fr_FR")
        for path in ("Trade / Grossistes", "Trade / Wholesale", "trade/grossistes"):
            [(found, _name)] = french.name_search(path, operator="=")
            self.assertEqual(found, self.wholesale.id)

    def test_name_create_builds_the_path(self):
        group = self.Group.browse(
            self.Group.name_create("trade / Wholesale / US / West")[0]
        )
        self.assertEqual(group.display_name, "Trade / Wholesale / US / West")
        self.assertEqual(group.parent_id.parent_id, self.wholesale)
        again = self.Group.name_create("TRADE/wholesale/us/west")
        self.assertEqual(again, (group.id, "Trade / Wholesale / US / West"))
        with self.assertRefused(ValidationError, "Give the group a name"):
            self.Group.name_create("Trade / ")

    def test_child_of_in_every_search(self):
        expected = self.anna + self.ben + self.cleo
        for domain in (
            [("customer_group_ids", "child_of", self.trade.id)],
            [("customer_group_ids", "child_of", [self.trade.id])],
            [("customer_group_ids", "child_of", "Trade")],
            [("customer_group_id", "child_of", self.trade.id)],
            [("customer_group_id", "child_of", "trade")],
            [("customer_group_ids", "child_of", ["Trade"])],
            [("customer_group_ids", "in", ["Wholesale", "Trade / Wholesale / EU"])],
            [("customer_group_ids", "ilike", "trade")],
            [("customer_group_ids.parent_id", "child_of", self.trade.id)],
        ):
            with self.subTest(domain):
                self.assertEqual(self.Partner.search(domain), expected)

    def test_child_of_nothing(self):
        for value in (False, [], 2**31 - 1, "Nothing of the sort"):
            with self.subTest(value):
                domain = [("customer_group_ids", "child_of", value)]
                self.assertFalse(self.Partner.search(domain))

    def test_in_no_group(self):
        mine = [("id", "in", (self.anna + self.ben + self.cleo + self.dora).ids)]
        none = [("customer_group_ids", "=", False)]
        some = [("customer_group_ids", "!=", False)]
        self.assertEqual(self.Partner.search(mine + none), self.dora)
        self.assertEqual(
            self.Partner.search(mine + some), self.anna + self.ben + self.cleo
        )
        (self.students + self.wholesale).action_archive()
        self.env.invalidate_all()
        self.assertEqual(
            self.Partner.search(mine + none),
            self.ben + self.cleo + self.dora + self.anna,
            "Groups that are archived, or below an archived one, do not count",
        )

    def test_not_in_a_group(self):
        mine = [("id", "in", (self.anna + self.ben + self.cleo + self.dora).ids)]
        self.assertEqual(
            self.Partner.search(
                mine + [("customer_group_ids", "not in", self.wholesale.ids)]
            ),
            self.cleo + self.dora,
        )
        self.assertEqual(
            self.Partner.search(
                mine + ["!", ("customer_group_ids", "child_of", self.wholesale.id)]
            ),
            self.dora,
        )

    def test_parent_with_subgroups_cannot_vanish_by_sql_cascade(self):
        with self.assertRaises(UserError):
            self.trade.unlink()
        self.assertTrue((self.wholesale + self.wholesale_eu).exists())
