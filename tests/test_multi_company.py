# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2.errors import ForeignKeyViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EDITOR, CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestMultiCompany(CustomerGroupCommon):
    """Groups of one company on contacts that several companies share."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here, cls.there = cls.env["res.company"].create(
            [{"name": "Here"}, {"name": "There"}]
        )
        cls.branch = cls.env["res.company"].create(
            {"name": "Branch of Here", "parent_id": cls.here.id}
        )
        cls.secret = cls.create_group("Secret", company_id=cls.there.id)
        cls.below_secret = cls.create_group(
            "Below", cls.secret, company_id=cls.there.id
        )
        cls.local = cls.create_group("Local", company_id=cls.here.id)
        cls.anna.customer_group_ids += cls.secret + cls.below_secret + cls.local
        rights = f"{EDITOR},customer_group.group_manager,base.group_multi_company"
        cls.here_user, cls.there_user, cls.branch_user = (
            cls.create_user(
                company.name.split()[0].lower(),
                rights,
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for company in (cls.here, cls.there, cls.branch)
        )

    def test_hidden_groups_are_not_shown(self):
        anna = self.as_user(self.anna, self.here_user)
        shown = self.local + self.wholesale + self.wholesale_eu
        self.assertEqual(anna.customer_group_ids, shown)
        [values] = anna.web_read(
            {"customer_group_ids": {"fields": {"display_name": {}}}}
        )
        self.assertEqual([v["id"] for v in values["customer_group_ids"]], shown.ids)
        self.assertFalse(self.Group.with_user(self.here_user).name_search("Secret"))
        there = self.as_user(self.anna, self.there_user).customer_group_ids
        self.assertIn(self.below_secret, there)
        self.assertNotIn(self.local, there)

    def test_new_subgroup_gets_the_company_of_its_parent(self):
        groups = self.Group.with_user(self.here_user)
        group = groups.create({"name": "New", "parent_id": self.local.id})
        self.assertEqual(group.company_id, self.here)
        group = groups.browse(groups.name_create("Local / Branch / Shop")[0])
        self.assertEqual(group.company_id, self.here)
        group = self.create_group("There", self.local, company_id=self.branch.id)
        self.assertEqual(group.company_id, self.branch)

    def test_group_of_the_mother_company_is_seen_in_the_branch(self):
        groups = self.as_user(self.anna, self.branch_user).customer_group_ids
        self.assertIn(self.local, groups)
        self.assertNotIn(self.secret, groups)

    def test_hidden_members_cannot_be_searched(self):
        """Naming a hidden group by its id, path or parent finds nobody."""
        partners = self.Partner.with_user(self.here_user)
        mine = [("id", "in", (self.anna + self.dora).ids)]
        for domain in (
            [("customer_group_ids", "in", self.secret.ids)],
            [("customer_group_ids", "=", self.secret.id)],
            [("customer_group_id", "=", self.secret.id)],
            [("customer_group_ids", "child_of", self.secret.id)],
            [("customer_group_id", "child_of", self.secret.ids)],
            [("customer_group_ids", "ilike", "secret")],
            [("customer_group_ids.name", "=", "Secret")],
            [("customer_group_ids", "any", [("id", "=", self.secret.id)])],
            [("child_ids.customer_group_ids", "in", self.secret.ids)],
            ["!", ("customer_group_ids", "not in", self.secret.ids)],
        ):
            with self.subTest(domain):
                self.env.invalidate_all()
                self.assertFalse(partners.search(domain))
                self.assertFalse(partners.browse(self.anna.id).filtered_domain(domain))
        self.there_user.partner_id.customer_group_ids = self.secret
        users = self.env["res.users"].with_user(self.here_user)
        self.assertFalse(
            users.search([("customer_group_ids", "in", self.secret.ids)]),
            "A user is found by the groups of his contact no more than the contact is",
        )
        self.assertEqual(
            partners.search(mine + [("customer_group_ids", "not in", self.secret.ids)]),
            self.anna + self.dora,
        )

    def test_hidden_groups_do_not_count_as_a_group(self):
        self.dora.customer_group_ids = self.secret
        mine = [("id", "in", (self.anna + self.dora).ids)]
        in_none = mine + [("customer_group_ids", "=", False)]
        self.assertEqual(
            self.Partner.with_user(self.here_user).search(in_none), self.dora
        )
        self.assertFalse(self.Partner.with_user(self.there_user).search(in_none))

    def test_hidden_groups_are_not_grouped_by(self):
        result = self.Partner.with_user(self.here_user)._read_group(
            [("id", "=", self.anna.id)], ["customer_group_ids"], ["__count"]
        )
        self.assertEqual(
            {group for group, _count in result},
            set(self.local + self.wholesale + self.wholesale_eu),
        )

    def test_hidden_groups_survive_the_save_of_somebody_else(self):
        anna = self.as_user(self.anna, self.here_user)
        with Form(anna) as form:
            form.customer_group_ids.remove(id=self.local.id)
            form.customer_group_ids.add(self.students)
        anna.customer_group_ids = [Command.set(self.wholesale.ids)]
        anna.customer_group_ids = [Command.clear()]
        self.env.invalidate_all()
        self.assertEqual(self.anna.customer_group_ids, self.secret + self.below_secret)

    def test_hidden_groups_survive_when_superuser_code_has_read_them(self):
        """The cache holds hidden groups: reading does not crash, saving keeps them."""
        anna = self.as_user(self.anna, self.here_user)
        hidden = self.secret + self.below_secret
        self.assertTrue(hidden <= anna.sudo().customer_group_ids)
        [values] = anna.web_read(
            {"customer_group_ids": {"fields": {"display_name": {}}}}
        )
        self.assertFalse(
            set(hidden.ids) & {value["id"] for value in values["customer_group_ids"]}
        )
        self.env.invalidate_all()
        self.assertTrue(hidden <= anna.sudo().customer_group_ids)
        anna.web_save(
            {"customer_group_ids": [Command.set(self.students.ids)]},
            {"customer_group_ids": {"fields": {"display_name": {}}}},
        )
        self.env.invalidate_all()
        self.assertEqual(self.anna.customer_group_ids, hidden + self.students)

    def test_hidden_group_can_neither_be_added_nor_removed(self):
        dora = self.as_user(self.dora, self.here_user)
        with self.assertRaises(AccessError):
            dora.write(self.put_into(self.secret))
        self.as_user(self.anna, self.here_user).write(self.take_out_of(self.secret))
        self.env.invalidate_all()
        self.assertIn(self.secret, self.anna.customer_group_ids)

    def test_hidden_members_do_not_count(self):
        self.cleo.company_id = self.there
        self.dora.customer_group_ids = self.wholesale
        self.env.invalidate_all()
        self.assertEqual(self.wholesale_eu.with_user(self.here_user).member_count, 1)
        self.assertEqual(self.wholesale_eu.with_user(self.there_user).member_count, 2)

    def test_contact_and_group_of_different_companies(self):
        self.dora.company_id = self.there
        with self.assertRefused(
            UserError, "Dora belongs to There and cannot be in “Local”"
        ):
            self.dora.write(self.put_into(self.local))
        with self.assertRefused(UserError, "a group of Here"):
            self.Partner.create(
                {"name": "Gil", "company_id": self.there.id} | self.put_into(self.local)
            )
        self.dora.write(self.put_into(self.secret))
        with self.assertRefused(UserError, "Dora belongs to Here"):
            self.dora.company_id = self.here
        self.dora.company_id = False

    def test_message_does_not_name_a_hidden_group(self):
        self.dora.customer_group_ids = self.secret
        with self.assertRaises(UserError) as caught:
            self.as_user(self.dora, self.here_user).company_id = self.here
        self.assertIn(
            "a group of another company, which you cannot see", str(caught.exception)
        )
        self.assertNotIn("Secret", str(caught.exception))

    def test_branch_and_mother_company_go_together(self):
        self.dora.company_id = self.branch
        self.dora.write(self.put_into(self.local))
        of_branch = self.create_group("Of the branch", company_id=self.branch.id)
        self.cleo.company_id = self.here
        self.cleo.write(self.put_into(of_branch))

    def test_parent_is_of_the_same_company_or_of_all(self):
        self.create_group("Local subgroup", self.trade, company_id=self.here.id)
        self.create_group("In the branch", self.local, company_id=self.branch.id)
        for company in (self.there, self.env["res.company"]):
            with self.assertRaises(UserError):
                self.create_group("Subgroup", self.local, company_id=company.id)

    def test_company_of_a_group_with_subgroups(self):
        with self.assertRefused(UserError, "because its subgroup “Retail chains”"):
            self.trade.company_id = self.here
        (self.trade + self.retail + self.wholesale + self.wholesale_eu).write(
            {"company_id": self.here.id}
        )
        (self.secret + self.below_secret).write({"company_id": False})

    def test_company_of_a_group_with_members_elsewhere(self):
        self.dora.write({"company_id": self.there.id} | self.put_into(self.students))
        with self.assertRefused(UserError, "it has members of another company"):
            self.students.company_id = self.here
        self.students.company_id = self.there

    def test_same_name_in_two_companies(self):
        self.create_group("Local", company_id=self.there.id)
        with self.assertRefused(UserError, "already"):
            self.create_group("local", company_id=self.here.id)
        with self.assertRefused(UserError, "already"):
            self.create_group("Local")

    def test_delete_a_group_with_hidden_subgroups(self):
        self.create_group("Hidden subgroup", self.students, company_id=self.there.id)
        with self.assertRefused(UserError, "subgroups of another company"):
            self.as_user(self.students, self.here_user).unlink()

    @mute_logger("odoo.sql_db")
    def test_company_with_groups_cannot_be_deleted(self):
        self.anna.customer_group_ids -= self.local
        company = self.env["res.company"].create({"name": "Short-lived"})
        self.create_group("Of the company", company_id=company.id)
        with self.assertRaises(ForeignKeyViolation), self.env.cr.savepoint():
            company.unlink()
            self.env.flush_all()
