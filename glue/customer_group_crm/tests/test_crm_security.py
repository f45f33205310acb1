# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.customer_group.tests.http_common import HttpApiCommon

from .common import CrmGroupCommon


@tagged("post_install", "-at_install")
class TestCrmSecurity(CrmGroupCommon, HttpApiCommon):
    """Who may change the groups of a lead."""

    def test_assign_needs_the_right(self):
        lead = self.as_user(self.enquiry, self.seller)
        leads = self.Lead.with_user(self.seller)
        values = {"name": "New"} | self.put_into(self.students)
        attempts = {
            "write": lambda: lead.write(self.put_into(self.students)),
            "create": lambda: leads.create(values),
            "default": lambda: leads.with_context(
                default_customer_group_ids=self.students.ids
            ).create({"name": "New"}),
            "copy": lambda: lead.copy(
                {"customer_group_ids": [Command.set(self.students.ids)]}
            ),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(AccessError):
                attempt()
        self.env.invalidate_all()
        self.assertFalse(self.enquiry.customer_group_ids)

    def test_without_the_right_leads_can_still_be_edited(self):
        self.enquiry.customer_group_ids = self.students
        lead = self.as_user(self.enquiry, self.seller)
        self.assertTrue(lead.fields_get([])["customer_group_ids"]["readonly"])
        with Form(lead) as form:
            form.name = "Renamed"
        self.assertEqual(lead.customer_group_ids, self.students)

    def test_group_reserved_for_managers(self):
        self.students.assign_policy = "manager"
        lead = self.as_user(self.enquiry, self.selling_assigner)
        lead.write(self.put_into(self.wholesale))
        with self.assertRefused(AccessError, "Only managers.*Private / Students"):
            lead.write(self.put_into(self.students))
        with self.assertRefused(AccessError, "Only managers"):
            lead.create({"name": "New"} | self.put_into(self.students))
        self.as_user(self.enquiry, self.selling_manager).write(
            self.put_into(self.students)
        )
        with self.assertRefused(AccessError, "Only managers"):
            self.as_user(self.enquiry, self.selling_assigner).write(
                self.take_out_of(self.students)
            )

    def test_portal_and_public_do_not_see_groups(self):
        lead = self.as_user(self.enquiry, self.portal)
        self.assertNotIn("customer_group_ids", lead.fields_get())

    def test_rpc(self):
        """The same over the API and by the calls of the web client."""
        model, ids = "crm.lead", self.enquiry.ids
        values = {"customer_group_ids": [self.link_command(self.students)]}
        fault = self.refused(self.seller, model, "write", ids, values)
        self.assertIn("customer_group_ids", fault)
        with mute_logger("odoo.http"):
            error, _message = self.web(self.seller, model, "web_save", ids, values, {})
        self.assertEqual(error, "AccessError")
        self.students.assign_policy = "manager"
        fault = self.refused(self.selling_assigner, model, "write", ids, values)
        self.assertIn("Only managers", fault)
        self.env.invalidate_all()
        self.assertFalse(self.enquiry.customer_group_ids)
        self.assertTrue(self.xmlrpc(self.selling_manager, model, "write", ids, values))
        self.env.invalidate_all()
        self.assertEqual(self.enquiry.customer_group_ids, self.students)
