# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import HttpCase, tagged

from .common import SALES, CrmGroupCommon


@tagged("post_install", "-at_install")
class TestCrmUi(HttpCase, CrmGroupCommon):
    def test_convert(self):
        """A lead gets a new group by "+" and hands it to its contact."""
        user = self.create_user("selling", f"{SALES},customer_group.group_create")
        self.start_tour(
            f"/odoo/crm.lead/{self.enquiry.id}",
            "customer_group_crm_convert",
            login=user.login,
        )
        self.env.invalidate_all()
        fair = self.Group.search([("name", "=", "Spring fair")])
        self.assertEqual(
            self.enquiry.partner_id.customer_group_ids, self.wholesale + fair
        )

    def test_find(self):
        self.enquiry.customer_group_ids = self.wholesale_eu
        self.create_lead("Other enquiry")
        self.start_tour(
            "/odoo/action-crm.crm_lead_all_leads",
            "customer_group_crm_find",
            login=self.seller.login,
        )
