# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..hooks import post_init_hook
from .common import CrmGroupCommon


@tagged("post_install", "-at_install")
class TestCrmLead(CrmGroupCommon):
    """The groups of a lead itself."""

    def test_add_and_remove_on_the_form(self):
        with Form(self.as_user(self.enquiry, self.selling_assigner)) as form:
            form.customer_group_ids.add(self.students)
            form.customer_group_ids.add(self.wholesale)
        self.assertEqual(
            self.enquiry.customer_group_ids, self.students + self.wholesale
        )
        with Form(self.as_user(self.enquiry, self.selling_assigner)) as form:
            form.customer_group_ids.remove(id=self.students.id)
        self.assertEqual(self.enquiry.customer_group_ids, self.wholesale)

    def test_groups_of_leads_do_not_touch_contacts(self):
        lead = self.create_lead("Of Dora", partner_id=self.dora.id)
        lead.customer_group_ids = self.students
        lead.customer_group_ids = False
        self.assertFalse(self.dora.customer_group_ids)
        self.assertEqual(self.students.member_count, 1)
        self.assertLedger()

    def test_new_lead_takes_over_the_groups_of_its_contact(self):
        """Whoever enters it, whatever the group."""
        self.wholesale.assign_policy = "manager"
        self.as_user(self.enquiry, self.seller).partner_id = self.anna
        new = self.Lead.with_user(self.seller).create(
            [
                {"name": "For Ben", "partner_id": self.ben.id},
                {"name": "For nobody"},
            ]
        )
        groups = [(new + self.enquiry)[i].sudo().customer_group_ids for i in range(3)]
        self.assertEqual(groups[0], self.students + self.wholesale)
        self.assertFalse(groups[1])
        self.assertEqual(groups[2], self.wholesale + self.wholesale_eu)

    def test_lead_with_groups_keeps_its_own(self):
        lead = self.create_lead(
            "Chain", partner_id=self.ben.id, **self.put_into(self.retail)
        )
        self.assertEqual(lead.customer_group_ids, self.retail)
        lead.partner_id = self.anna
        self.assertEqual(lead.customer_group_ids, self.retail)
        lead.write({"customer_group_ids": [Command.clear()], "partner_id": self.ben.id})
        self.assertFalse(lead.customer_group_ids)

    def test_archived_groups_are_not_taken_over(self):
        self.students.action_archive()
        lead = self.create_lead("For Ben", partner_id=self.ben.id)
        groups = lead.with_context(active_test=False).customer_group_ids
        self.assertEqual(groups, self.wholesale)

    def test_leads_that_were_there_before_the_add_on(self):
        lead = self.create_lead("For Ben", partner_id=self.ben.id)
        lead.customer_group_ids = False
        post_init_hook(self.env)
        self.assertEqual(lead.customer_group_ids, self.students + self.wholesale)
        self.assertFalse(self.enquiry.customer_group_ids)

    def test_archived_group_cannot_be_added(self):
        self.students.action_archive()
        with self.assertRefused(UserError, "Students” is archived. Unarchive it"):
            self.as_user(self.enquiry, self.selling_manager).write(
                self.put_into(self.students)
            )

    def test_copy_has_the_groups_the_user_may_assign(self):
        self.enquiry.customer_group_ids = self.students + self.wholesale
        self.students.assign_policy = "manager"
        for user, groups in (
            (self.selling_manager, self.students + self.wholesale),
            (self.selling_assigner, self.wholesale),
            (self.seller, self.Group),
        ):
            copy = self.as_user(self.enquiry, user).copy()
            self.assertEqual(copy.sudo().customer_group_ids, groups)

    def test_delete_a_group(self):
        self.enquiry.customer_group_ids = self.students + self.wholesale
        self.students.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.enquiry.customer_group_ids, self.wholesale)

    def test_merge_groups(self):
        self.enquiry.customer_group_ids = self.students + self.retail
        (self.students + self.wholesale)._merge_into(self.wholesale)
        self.assertEqual(self.enquiry.customer_group_ids, self.retail + self.wholesale)

    # ------------------------------------------------------------
    # FIND
    # ------------------------------------------------------------

    def test_filter(self):
        chain, eu, student = (
            self.create_lead(group.name, **self.put_into(group))
            for group in (self.retail, self.wholesale_eu, self.students)
        )
        mine = chain + eu + student + self.enquiry
        leads = self.Lead.with_user(self.seller)
        for leaf, found in (
            (("customer_group_ids", "child_of", self.trade.id), chain + eu),
            (("customer_group_id", "child_of", self.trade.ids), chain + eu),
            (("customer_group_id", "child_of", "wholesale"), eu),
            (("customer_group_ids", "in", self.trade.ids), self.Lead),
            (("customer_group_ids", "=", self.students.id), student),
            (("customer_group_ids", "not in", self.students.ids), mine - student),
            (("customer_group_ids", "=", False), self.enquiry),
            (("customer_group_ids", "!=", False), mine - self.enquiry),
            (("customer_group_ids.code", "=", "T"), self.Lead),
            (("customer_group_ids", "any", [("name", "=", "EU")]), eu),
            (("customer_group_ids", "ilike", "student"), student),
        ):
            with self.subTest(leaf):
                domain = [("id", "in", mine.ids), leaf]
                self.assertEqual(leads.search(domain, order="id"), found.sorted("id"))
                self.assertEqual(
                    mine.with_user(self.seller).filtered_domain([leaf]), found
                )

    def test_group_by_in_the_order_of_the_tree(self):
        leads = self.create_lead("A", **self.put_into(self.wholesale_eu))
        leads += self.create_lead("B", **self.put_into(self.students))
        leads[1].customer_group_ids += self.retail
        leads += self.enquiry
        result = self.Lead.with_user(self.seller)._read_group(
            [("id", "in", leads.ids)], ["customer_group_ids"], ["__count"]
        )
        self.assertEqual(
            result,
            [
                (self.students, 1),
                (self.retail, 1),
                (self.wholesale_eu, 1),
                (self.Group, 1),
            ],
        )

    def test_import_and_export(self):
        result = self.Lead.with_user(self.selling_assigner).load(
            ["name", "customer_group_ids"],
            [["Imported", "Trade / Wholesale,Private / Students"]],
        )
        self.assertFalse(result["messages"])
        lead = self.Lead.browse(result["ids"])
        self.assertEqual(lead.customer_group_ids, self.students + self.wholesale)
        self.env.invalidate_all()
        [[cell]] = lead.export_data(["customer_group_ids"])["datas"]
        self.assertEqual(cell, "Private / Students,Trade / Wholesale")

    def test_views(self):
        for view in ("form", "list", "kanban", "search"):
            arch = self.Lead.with_user(self.seller).get_view(view_type=view)["arch"]
            self.assertIn("customer_group_id", arch)
