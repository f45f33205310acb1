# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.customer_group.tests.common import EDITOR, CustomerGroupCommon

SALES = f"{EDITOR},sales_team.group_sale_salesman_all_leads,crm.group_use_lead"


class CrmGroupCommon(CustomerGroupCommon):
    """The tree and contacts of the add-on, a lead, and sales people with its rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Lead = cls.env["crm.lead"]
        cls.seller = cls.create_user("seller", SALES)
        cls.selling_assigner = cls.create_user(
            "selling_assigner", f"{SALES},customer_group.group_assign"
        )
        cls.selling_manager = cls.create_user(
            "selling_manager",
            f"{SALES},sales_team.group_sale_manager,customer_group.group_manager",
        )
        cls.enquiry = cls.create_lead("Fair enquiry", contact_name="Emil")

    @classmethod
    def create_lead(cls, name, **values):
        values = {"name": name, "type": "lead", "user_id": False} | values
        return cls.Lead.create(values)

    def convert(self, leads, user, **values):
        """Convert leads by the dialog of the CRM app."""
        wizard = self.env["crm.lead2opportunity.partner"].with_user(user)
        wizard = wizard.with_context(
            active_model="crm.lead", active_id=leads[0].id, active_ids=leads.ids
        )
        values = {"name": "convert", "action": "create"} | values
        wizard.create(values).action_apply()
        self.env.flush_all()
        self.env.invalidate_all()
