# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestResPartner(CustomerGroupCommon):
    """The groups of a contact, through the ways a contact is changed."""

    def test_add_and_remove_on_the_form(self):
        with Form(self.as_user(self.dora, self.assigner)) as form:
            form.customer_group_ids.add(self.students)
            form.customer_group_ids.add(self.wholesale)
        self.assertEqual(self.dora.customer_group_ids, self.students + self.wholesale)
        with Form(self.as_user(self.dora, self.assigner)) as form:
            form.customer_group_ids.remove(id=self.students.id)
        self.assertEqual(self.dora.customer_group_ids, self.wholesale)

    def test_groups_of_a_contact_come_in_the_order_of_the_tree(self):
        self.env.invalidate_all()
        self.assertEqual(self.ben.customer_group_ids, self.students + self.wholesale)

    def test_copy_starts_without_groups(self):
        self.assertFalse(self.anna.copy().customer_group_ids)

    def test_nested_contacts(self):
        company = self.Partner.with_user(self.assigner).create(
            {
                "name": "Firm",
                "child_ids": [
                    Command.create({"name": "Eva"} | self.put_into(self.students))
                ],
            }
        )
        self.assertEqual(company.child_ids.customer_group_ids, self.students)
        self.assertFalse(company.customer_group_ids)

    def test_default_from_context(self):
        action = self.students.with_user(self.assigner).action_view_members()
        partner = (
            self.Partner.with_user(self.assigner)
            .with_context(**action["context"])
            .create({"name": "Finn"})
        )
        self.assertEqual(partner.customer_group_ids, self.students)
        self.assertIn(partner, self.Partner.search(action["domain"]))

    def test_archived_group_cannot_be_added(self):
        self.students.action_archive()
        for user in (self.assigner, self.manager):
            with self.assertRefused(UserError, "Students” is archived. Unarchive it"):
                self.dora.with_user(user).write(self.put_into(self.students))
        self.assertFalse(self.dora.customer_group_ids)

    def test_archived_group_stays_when_others_change(self):
        self.students.action_archive()
        self.env.invalidate_all()
        ben = self.ben.with_user(self.assigner)
        ben.customer_group_ids = self.retail
        self.students.action_unarchive()
        self.env.invalidate_all()
        self.assertEqual(self.ben.customer_group_ids, self.students + self.retail)

    def test_merge_of_contacts_keeps_the_union(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.anna + self.ben).ids, self.anna)
        self.env.invalidate_all()
        self.assertEqual(
            self.anna.customer_group_ids,
            self.students + self.wholesale + self.wholesale_eu,
        )

    def test_contact_is_not_touched_by_its_groups(self):
        """Deleting or renaming a group leaves the contact's own row alone."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = '2020-01-01' WHERE id = %s",
            self.ben.ids,
        )
        self.env.invalidate_all()
        self.students.name = "Pupils"
        self.students.unlink()
        self.env.flush_all()
        self.assertEqual(self.ben.write_date.year, 2020)

    def test_group_by(self):
        mine = [("id", "in", (self.anna + self.ben + self.cleo + self.dora).ids)]
        self.assertEqual(
            dict(self.Partner._read_group(mine, ["customer_group_ids"], ["__count"])),
            {self.students: 1, self.wholesale: 2, self.wholesale_eu: 2, self.Group: 1},
        )

    def test_group_by_with_archived_groups(self):
        self.students.action_archive()
        self.wholesale.action_archive()
        self.env.invalidate_all()
        result = self.Partner.with_user(self.reader).web_read_group(
            [("id", "in", (self.ben + self.cleo).ids)],
            ["customer_group_ids"],
            ["__count"],
        )
        self.assertEqual(sum(group["__count"] for group in result["groups"]), 2)

    def test_search_panel(self):
        kwargs = {"expand": True, "hierarchize": True, "limit": None}
        panel = self.Partner.with_user(self.reader).search_panel_select_range(
            "customer_group_id", **kwargs
        )
        self.assertEqual(panel["parent_field"], "parent_id")
        values = {value["id"]: value for value in panel["values"]}
        self.assertEqual(values[self.wholesale_eu.id]["display_name"], "EU")
        self.assertEqual(values[self.wholesale_eu.id]["parent_id"], self.wholesale.id)
