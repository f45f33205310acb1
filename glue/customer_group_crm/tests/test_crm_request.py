# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .common import CrmGroupCommon


@tagged("post_install", "-at_install")
class TestCrmRequest(CrmGroupCommon):
    """Asking for a group on a lead."""

    def ask(self, lead, user=None, **values):
        values = {
            "name": "Spring fair",
            "res_model": lead._name,
            "res_id": lead.id,
        } | values
        user = user or self.selling_assigner
        return self.env["customer.group.request"].with_user(user).create(values)

    def approve(self, request, user=None):
        self.as_user(request, user or self.manager).action_approve()
        self.env.flush_all()
        self.env.invalidate_all()
        return request.sudo().group_id

    def test_lead_and_its_contact_are_put_into_the_group(self):
        """Also by a manager of groups who has nothing to do with sales."""
        self.enquiry.partner_id = self.dora
        request = self.ask(self.enquiry)
        group = self.approve(request)
        self.assertEqual(self.enquiry.customer_group_ids, group)
        self.assertEqual(self.dora.customer_group_ids, group)
        message = request.sudo().message_ids.filtered("notified_partner_ids")[0]
        self.assertRegex(message.preview, "”: 1. “Fair enquiry” is in it, too")
        [row] = self.env["customer.group.membership"].search(
            [("group_id", "=", group.id)]
        )
        self.assertEqual(row.start_user_id, self.manager)
        self.assertLedger()

    def test_lead_without_contact(self):
        lead = self.create_lead("Another")
        lead.customer_group_ids = self.students
        requests = [self.ask(each) for each in (self.enquiry, lead)]
        group = self.approve(requests[0])
        self.assertEqual(self.approve(requests[1]), group)
        self.assertEqual(self.enquiry.customer_group_ids, group)
        self.assertEqual(lead.customer_group_ids, self.students + group)
        self.assertFalse(group.member_count)
        with self.assertRefused(UserError, "Choose it in the field"):
            self.ask(self.enquiry)

    def test_leads_have_requests_of_their_own(self):
        self.ask(self.enquiry)
        self.ask(self.create_lead("Another"))
        with self.assertRefused(UserError, "have asked"):
            self.ask(self.enquiry)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_lead_out_of_reach(self):
        self.assertFalse(self.manager.has_group("sales_team.group_sale_salesman"))
        with self.assertRaises(AccessError):
            self.ask(self.enquiry, user=self.assigner)
        own = self.create_user(
            "own",
            "base.group_user,base.group_partner_manager,sales_team.group_sale_salesman,"
            "customer_group.group_assign",
        )
        lead = self.create_lead("His", user_id=own.id, partner_id=self.dora.id)
        with self.assertRaises(AccessError):
            self.ask(self.create_lead("Hers", user_id=self.seller.id), user=own)
        request = self.ask(lead, user=own)
        lead.user_id = self.seller  # no longer his
        group = self.approve(request)
        self.assertFalse(lead.customer_group_ids)
        self.assertFalse(group.member_count)

    def test_contact_out_of_reach(self):
        """The lead joins, its contact, which the requester may not change, does not."""
        self.enquiry.partner_id = self.dora
        self.env["ir.rule"].create(
            {
                "name": "Dora is not to be changed",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", self.dora.id)],
                "perm_read": False,
            }
        )
        group = self.approve(self.ask(self.enquiry))
        self.assertEqual(self.enquiry.customer_group_ids, group)
        self.assertFalse(self.dora.customer_group_ids)

    def test_hidden_groups_of_the_lead_stay(self):
        company = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", company_id=company.id)
        self.enquiry.customer_group_ids = secret
        request = self.ask(self.enquiry)
        self.as_user(request, self.selling_manager).action_approve()
        seen = self.enquiry.with_user(self.selling_manager).customer_group_ids
        self.assertEqual(seen, request.sudo().group_id)
        self.env.invalidate_all()
        self.assertEqual(self.enquiry.customer_group_ids, seen.sudo() + secret)

    def test_company_the_lead_does_not_belong_to(self):
        here, there = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        self.manager.company_ids += here + there
        self.selling_assigner.company_ids += here + there
        self.enquiry.company_id = there
        request = self.ask(self.enquiry)
        self.as_user(request, self.manager).parent_id = self.create_group(
            "Ours", company_id=here.id
        )
        companies = {"allowed_company_ids": self.manager.company_ids.ids}
        with self.assertRefused(UserError, "belongs to B and cannot be in"):
            self.as_user(request, self.manager).with_context(
                **companies
            ).action_approve()
        self.assertEqual(request.state, "open")

    def test_uninstalling_forgets_the_leads(self):
        request = self.ask(self.enquiry)
        uninstall_hook(self.env)
        self.assertFalse(request.sudo().res_id)
        self.approve(request)
        self.assertFalse(self.enquiry.customer_group_ids)
