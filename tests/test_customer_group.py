# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestCustomerGroup(CustomerGroupCommon):
    """Names, codes, colors, copies and deletion of groups."""

    def test_display_name_is_the_path(self):
        self.assertEqual(self.wholesale_eu.display_name, "Trade / Wholesale / EU")
        short = self.wholesale_eu.with_context(hierarchical_naming=False)
        self.assertEqual(short.display_name, "EU")
        self.trade.name = "Trading"
        self.assertEqual(self.wholesale_eu.display_name, "Trading / Wholesale / EU")
        self.wholesale.parent_id = self.private
        self.assertEqual(self.wholesale_eu.display_name, "Private / Wholesale / EU")

    def test_display_name_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.trade.with_context(lang="fr_FR").name = "Commerce"
        french = self.wholesale.with_context(lang="fr_FR")
        self.assertEqual(french.display_name, "Commerce / Wholesale")
        self.assertEqual(self.wholesale.display_name, "Trade / Wholesale")

    def test_order_is_that_of_the_tree(self):
        tree = self.Group.search([("id", "child_of", (self.trade + self.private).ids)])
        self.assertEqual(
            tree,
            self.private
            + self.students
            + self.trade
            + self.retail
            + self.wholesale
            + self.wholesale_eu,
        )
        self.trade.sequence = 1
        self.wholesale.sequence = -1
        tree = self.Group.search([("id", "child_of", (self.trade + self.private).ids)])
        self.assertEqual(
            tree,
            self.trade
            + self.wholesale
            + self.wholesale_eu
            + self.retail
            + self.private
            + self.students,
        )

    def test_name_is_cleaned(self):
        group = self.create_group("  Key   accounts ")
        self.assertEqual(group.name, "Key accounts")

    def test_bad_names(self):
        for name, message in [
            ("", "Give the group a name"),
            (False, "Give the group a name"),
            ("   ", "Give the group a name"),
            ("A/B", "contains “/”"),
            ("A, B", "contains “,”"),
            ("x" * 101, "too long"),
        ]:
            with self.subTest(name), self.assertRefused(ValidationError, message):
                self.create_group(name)
            with self.subTest(name), self.assertRefused(ValidationError, message):
                self.trade.name = name
        self.assertEqual(self.create_group("x" * 100).name, "x" * 100)

    def test_siblings_differ_by_more_than_case_and_accents(self):
        self.create_group("Écoles", self.private)
        for name in ("Écoles", "ecoles", "ÉCOLES", " Ecoles  "):
            with self.subTest(name), self.assertRefused(ValidationError, "already"):
                self.create_group(name, self.private)
        self.create_group("Écoles", self.trade)

    def test_siblings_in_one_batch(self):
        with self.assertRefused(ValidationError, "already"):
            self.Group.create([{"name": "Twin"}, {"name": "twin"}])

    def test_siblings_after_rename_and_move(self):
        with self.assertRefused(ValidationError, "Trade / wholesale"):
            self.retail.name = "wholesale"
        other = self.create_group("wholesale", self.private)
        with self.assertRefused(ValidationError, "already"):
            other.parent_id = self.trade

    def test_siblings_in_another_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.retail.with_context(lang="de_DE").name = "Handel"
        with self.assertRefused(ValidationError, "Trade / HANDEL"):
            self.wholesale.with_context(lang="de_DE").name = "HANDEL"
        with self.assertRefused(ValidationError, "Trade / handel"):
            self.wholesale.update_field_translations("name", {"de_DE": "handel"})

    def test_name_of_an_archived_sibling(self):
        self.retail.action_archive()
        with self.assertRefused(ValidationError, "archived"):
            self.create_group("retail chains", self.trade)

    @mute_logger("odoo.sql_db")
    def test_sibling_created_at_the_same_time(self):
        """The index catches what two transactions cannot see of each other."""
        twin = self.create_group("Twin")
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE customer_group SET name_key = 'trade' WHERE id = %s", twin.ids
            )

    @mute_logger("odoo.sql_db")
    def test_codes_are_unique(self):
        self.assertFalse(self.create_group("No code", code="  ").code)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.create_group("Other", code="t")
        self.create_group("Yet another", code=False)

    @mute_logger("odoo.sql_db")
    def test_colors(self):
        self.assertEqual(
            self.wholesale_eu.color, 3, "A subgroup starts in the color above"
        )
        self.assertIn(self.create_group("No color").color, range(1, 12))
        for color in (0, 12, 99):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.create_group("Bad color", color=color)
        self.wholesale.color = 7
        self.wholesale.parent_id = self.private
        self.assertEqual(self.wholesale.color, 7, "A move keeps the color")

    def test_near_duplicate_is_pointed_out(self):
        form = Form(self.Group)
        form.name = "Student"
        self.assertEqual(form.similar_id, self.students)
        form.name = "Museums"
        self.assertFalse(form.similar_id)
        form = Form(self.students)
        self.assertFalse(form.similar_id)
        form.name = "Whole sale"
        self.assertEqual(form.similar_id, self.wholesale)

    def test_what_a_new_name_would_duplicate(self):
        board = self.create_group("Board", assign_policy="manager")
        schools = self.create_group("Écoles")
        groups = self.Group.with_user(self.creator)
        self.assertEqual(
            groups.get_similar("WHOLESALE"),
            {
                "id": self.wholesale.id,
                "display_name": "Trade / Wholesale",
                "color": 3,
                "can_assign": True,
                "same": True,
            },
        )
        self.assertFalse(groups.get_similar("board")["can_assign"])
        for path, group, same in [
            ("ecoles", schools, True),
            ("Boards", board, False),
            ("trade / wholesale", self.wholesale, True),
            ("Trade / Whole sale", self.wholesale, False),
        ]:
            with self.subTest(path):
                similar = groups.get_similar(path)
                self.assertEqual((similar["id"], similar["same"]), (group.id, same))
        for path in ("Museums", "Private / Wholesale", "Nowhere / EU", "Trade /", ""):
            with self.subTest(path):
                self.assertFalse(groups.get_similar(path))

    def test_member_counts(self):
        self.assertRecordValues(
            self.trade
            + self.wholesale
            + self.wholesale_eu
            + self.students
            + self.retail,
            [
                {"direct_member_count": 0, "member_count": 3},
                {"direct_member_count": 2, "member_count": 3},
                {"direct_member_count": 2, "member_count": 2},
                {"direct_member_count": 1, "member_count": 1},
                {"direct_member_count": 0, "member_count": 0},
            ],
        )
        self.anna.active = False
        self.env.invalidate_all()
        self.assertEqual(self.trade.member_count, 2, "Archived contacts do not count")
        self.wholesale_eu.action_archive()
        self.env.invalidate_all()
        self.assertEqual(self.trade.member_count, 1, "Archived subgroups do not count")

    def test_member_counts_equal_what_a_search_finds(self):
        groups = self.create_tree(40)
        for index, group in enumerate(groups):
            (self.anna + self.ben + self.cleo + self.dora)[: index % 5].write(
                self.put_into(group)
            )
        for group in groups:
            found = self.Partner.search_count(
                [("customer_group_ids", "child_of", group.id)]
            )
            self.assertEqual(group.member_count, found)
            found = self.Partner.search_count([("customer_group_ids", "in", group.ids)])
            self.assertEqual(group.direct_member_count, found)

    def test_search_by_member_count(self):
        tree = self.Group.search([("id", "child_of", (self.trade + self.private).ids)])
        mine = [("id", "in", tree.ids)]
        for domain, expected in [
            ([("member_count", "=", 0)], self.retail),
            ([("member_count", "!=", 0)], tree - self.retail),
            ([("member_count", ">", 2)], self.trade + self.wholesale),
            ([("member_count", "<=", 1)], self.private + self.students + self.retail),
            (
                [("direct_member_count", "=", 0)],
                self.trade + self.retail + self.private,
            ),
        ]:
            with self.subTest(domain):
                self.assertEqual(self.Group.search(domain + mine), expected & tree)

    def test_copy_takes_the_definition_without_members(self):
        self.wholesale.write({"description": "Buys to resell", "color": 9})
        copies = self.wholesale.copy() + self.wholesale.copy()
        self.assertRecordValues(
            copies,
            [
                {
                    "name": name,
                    "parent_id": self.trade.id,
                    "description": "Buys to resell",
                    "color": 9,
                    "code": False,
                    "member_count": 0,
                }
                for name in ("Wholesale (copy)", "Wholesale (copy 2)")
            ],
        )
        self.assertFalse(copies.child_ids)
        self.assertEqual(self.wholesale.copy({"name": "Own"}).name, "Own")
        longest = self.create_group("y" * 100).copy()
        self.assertTrue(longest.name.endswith("(copy)"))

    def test_copy_of_a_translated_group(self):
        self.env["res.lang"]._activate_lang("de_DE")
        german = self.wholesale.with_context(lang="de_DE")
        german.write({"name": "Großhandel", "description": "Kauft für den Verkauf"})
        copy = self.wholesale.copy()
        self.assertEqual(copy.name, "Wholesale (copy)")
        self.assertEqual(
            copy.with_context(lang="de_DE").description, "Kauft für den Verkauf"
        )
        self.assertIn("Großhandel", german.copy().name)

    def test_delete_keeps_the_contacts(self):
        self.students.unlink()
        self.assertTrue(self.ben.exists())
        self.assertEqual(self.ben.customer_group_ids, self.wholesale)

    def test_delete_with_subgroups(self):
        with self.assertRefused(UserError, "has subgroups, for example “EU”"):
            self.wholesale.unlink()
        self.assertTrue(self.wholesale.exists())
        self.wholesale_eu.action_archive()
        with self.assertRefused(UserError, "has subgroups"):
            self.wholesale.unlink()
        (self.wholesale + self.wholesale_eu).unlink()
        self.assertFalse(self.wholesale.exists())

    def test_archive_with_subgroups_and_restore(self):
        self.trade.action_archive()
        self.assertFalse(any((self.wholesale + self.wholesale_eu).mapped("active")))
        self.wholesale.action_unarchive()
        self.assertTrue(all((self.wholesale_eu + self.trade).mapped("active")))
        self.assertFalse(self.retail.active)

    def test_members_of_an_archived_group_can_still_be_seen(self):
        self.trade.action_archive()
        self.env.invalidate_all()
        self.assertEqual(self.trade.member_count, 3)
        members = self.Partner.search(self.trade.action_view_members()["domain"])
        self.assertEqual(members, self.anna + self.ben + self.cleo)
        members = self.Partner.search(
            [("customer_group_ids", "in", self.wholesale.ids)]
        )
        self.assertEqual(members, self.anna + self.ben)

    def test_delete_more_groups_than_one_statement_takes(self):
        groups = self.create_tree(1100)
        groups.unlink()
        self.assertFalse(groups.exists())

    def test_archived_group_keeps_its_members(self):
        self.students.action_archive()
        self.env.invalidate_all()
        self.assertEqual(self.ben.customer_group_ids, self.wholesale)
        self.ben.name = "Benjamin"
        self.students.action_unarchive()
        self.env.invalidate_all()
        self.assertEqual(self.ben.customer_group_ids, self.students + self.wholesale)

    def test_changes_are_tracked(self):
        self.flush_tracking()
        self.trade.with_user(self.manager).with_context(
            tracking_disable=False, mail_notrack=False
        ).name = "Trading"
        self.flush_tracking()
        message = self.trade.message_ids[0]
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertEqual(message.tracking_value_ids.new_value_char, "Trading")

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
