# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import CrmGroupCommon


@tagged("post_install", "-at_install")
class TestCrmConvert(CrmGroupCommon):
    """Converting and merging leads."""

    def test_convert_and_create_the_contact(self):
        self.enquiry.customer_group_ids = self.students + self.wholesale
        self.convert(self.enquiry, self.selling_assigner)
        emil = self.enquiry.partner_id
        self.assertEqual(emil.name, "Emil")
        self.assertEqual(self.enquiry.type, "opportunity")
        self.assertEqual(emil.customer_group_ids, self.students + self.wholesale)
        self.assertEqual(self.enquiry.customer_group_ids, emil.customer_group_ids)
        operation = self.env["customer.group.operation"].search([], limit=1)
        self.assertEqual(operation.kind, "add")
        self.assertEqual(operation.source, "manual")
        self.assertEqual(operation.user_id, self.selling_assigner)
        self.assertEqual(operation.reason, "From lead: Fair enquiry")
        self.assertEqual((operation.added, operation.removed), (2, 0))
        self.assertLedger()
        operation.with_user(self.selling_assigner).action_undo()
        self.env.invalidate_all()
        self.assertFalse(emil.customer_group_ids)

    def test_convert_and_link_an_existing_contact(self):
        """Nothing is taken away; what is there already is not entered again."""
        self.enquiry.customer_group_ids = self.students + self.retail
        self.convert(
            self.enquiry,
            self.selling_assigner,
            action="exist",
            partner_id=self.ben.id,
        )
        self.assertEqual(
            self.ben.customer_group_ids, self.students + self.retail + self.wholesale
        )
        operation = self.env["customer.group.operation"].search([], limit=1)
        self.assertEqual(operation.added, 1)
        self.assertEqual(operation.group_ids, self.retail)
        self.assertLedger()

    def test_lead_without_groups_gets_those_of_the_contact(self):
        self.convert(self.enquiry, self.seller, action="exist", partner_id=self.ben.id)
        self.assertEqual(
            self.enquiry.customer_group_ids, self.students + self.wholesale
        )

    def test_archived_contact(self):
        self.dora.action_archive()
        self.enquiry.write({"partner_id": self.dora.id} | self.put_into(self.retail))
        lead = self.as_user(self.enquiry, self.selling_assigner)
        lead.convert_opportunity(self.dora)
        self.assertEqual(self.dora.customer_group_ids, self.retail)

    def test_convert_without_a_contact(self):
        self.enquiry.customer_group_ids = self.students
        before = self.env["customer.group.operation"].search_count([])
        self.convert(self.enquiry, self.selling_assigner, action="exist")
        self.assertEqual(self.enquiry.type, "opportunity")
        self.assertFalse(self.enquiry.partner_id)
        self.assertEqual(self.enquiry.customer_group_ids, self.students)
        self.assertEqual(self.env["customer.group.operation"].search_count([]), before)

    def test_many_leads(self):
        leads = self.enquiry + self.create_lead("Second", contact_name="Frieda")
        leads.customer_group_ids = self.retail
        wizard = self.env["crm.lead2opportunity.partner.mass"].with_user(
            self.selling_assigner
        )
        wizard = wizard.with_context(active_model="crm.lead", active_ids=leads.ids)
        wizard.create({"deduplicate": False}).action_mass_convert()
        self.assertEqual(leads.partner_id.mapped("name"), ["Emil", "Frieda"])
        self.assertEqual(self.retail.member_count, 2)

    def test_contact_made_for_an_opportunity(self):
        """As quotations make it, for a database that does without leads."""
        opportunity = self.create_lead(
            "Chairs", type="opportunity", **self.put_into(self.retail)
        )
        self.as_user(opportunity, self.selling_assigner)._handle_partner_assignment()
        self.assertEqual(opportunity.partner_id.name, "Chairs")
        self.assertEqual(opportunity.partner_id.customer_group_ids, self.retail)

    def test_without_the_right_the_contact_keeps_its_groups(self):
        self.enquiry.customer_group_ids = self.students
        before = self.env["customer.group.operation"].search_count([])
        self.convert(self.enquiry, self.seller)
        self.assertEqual(self.enquiry.partner_id.name, "Emil")
        self.assertFalse(self.enquiry.partner_id.customer_group_ids)
        self.assertEqual(self.enquiry.customer_group_ids, self.students)
        self.assertEqual(self.env["customer.group.operation"].search_count([]), before)

    def test_only_groups_the_user_may_assign(self):
        self.enquiry.customer_group_ids = self.students + self.retail + self.wholesale
        self.students.assign_policy = "manager"
        self.wholesale.action_archive()
        self.convert(self.enquiry, self.selling_assigner)
        self.assertEqual(self.enquiry.partner_id.customer_group_ids, self.retail)

    def test_contact_the_user_may_not_change(self):
        self.enquiry.write({"partner_id": self.dora.id} | self.put_into(self.retail))
        self.env["ir.rule"].create(
            {
                "name": "Dora is not to be changed",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.dora.id})]",
                "perm_read": False,
            }
        )
        lead = self.as_user(self.enquiry, self.selling_assigner)
        lead.convert_opportunity(self.dora)
        self.assertEqual(lead.type, "opportunity")
        self.assertFalse(self.dora.customer_group_ids)

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def test_merge_unites_groups(self):
        """Also for a user who may not assign: no lead joins a group it was not in."""
        self.enquiry.customer_group_ids = self.students + self.retail
        self.retail.assign_policy = "manager"
        other = self.create_lead("Other", **self.put_into(self.wholesale))
        leads = self.as_user(self.enquiry + other, self.seller)
        merged = leads.merge_opportunity().sudo()
        self.assertEqual(
            merged.customer_group_ids, self.students + self.retail + self.wholesale
        )

    def test_merge_into_an_opportunity_converts(self):
        self.enquiry.customer_group_ids = self.retail
        opportunity = self.create_lead(
            "Known", type="opportunity", partner_id=self.dora.id
        )
        leads = self.as_user(self.enquiry + opportunity, self.selling_assigner)
        merged = leads.merge_opportunity()
        self.assertEqual(merged, opportunity)
        self.env.invalidate_all()
        self.assertEqual(self.dora.customer_group_ids, self.retail)
        self.assertLedger()

    def test_merge_opportunities_leaves_the_contact_alone(self):
        one, other = (
            self.create_lead(name, type="opportunity", partner_id=self.dora.id)
            for name in ("One", "Other")
        )
        one.customer_group_ids = self.retail
        self.as_user(one + other, self.selling_assigner).merge_opportunity()
        self.assertFalse(self.dora.customer_group_ids)
