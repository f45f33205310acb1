# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import SALES, CrmGroupCommon


@tagged("post_install", "-at_install")
class TestCrmMultiCompany(CrmGroupCommon):
    """Groups of one company on leads that several companies see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here, cls.there = cls.env["res.company"].create(
            [{"name": "Here"}, {"name": "There"}]
        )
        cls.secret = cls.create_group("Secret", company_id=cls.there.id)
        cls.local = cls.create_group("Local", company_id=cls.here.id)
        rights = f"{SALES},customer_group.group_manager,base.group_multi_company"
        cls.here_user, cls.there_user = (
            cls.create_user(
                company.name.lower(),
                rights,
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for company in (cls.here, cls.there)
        )
        cls.enquiry.company_id = False
        cls.enquiry.customer_group_ids = cls.secret + cls.local

    def test_hidden_groups_are_not_shown(self):
        lead = self.as_user(self.enquiry, self.here_user)
        self.assertEqual(lead.customer_group_ids, self.local)
        self.env.invalidate_all()
        self.assertTrue(lead.sudo().customer_group_ids)
        [values] = lead.web_read(
            {"customer_group_ids": {"fields": {"display_name": {}}}}
        )
        self.assertEqual(
            [v["id"] for v in values["customer_group_ids"]], self.local.ids
        )

    def test_hidden_groups_cannot_be_searched(self):
        leads = self.Lead.with_user(self.here_user)
        for domain in (
            [("customer_group_ids", "in", self.secret.ids)],
            [("customer_group_id", "child_of", self.secret.id)],
            [("customer_group_ids", "child_of", self.secret.id)],
            [("customer_group_ids.name", "=", "Secret")],
            [("partner_id.customer_group_ids", "in", self.secret.ids)],
            ["!", ("customer_group_ids", "not in", self.secret.ids)],
        ):
            with self.subTest(domain):
                self.env.invalidate_all()
                self.assertFalse(leads.search(domain))
                self.assertFalse(leads.browse(self.enquiry.id).filtered_domain(domain))
        result = leads._read_group(
            [("id", "=", self.enquiry.id)], ["customer_group_ids"], ["__count"]
        )
        self.assertEqual(result, [(self.local, 1)])

    def test_hidden_groups_survive_the_save_of_somebody_else(self):
        lead = self.as_user(self.enquiry, self.here_user)
        with Form(lead) as form:
            form.customer_group_ids.remove(id=self.local.id)
            form.customer_group_ids.add(self.students)
        self.assertTrue(self.secret in lead.sudo().customer_group_ids)
        lead.customer_group_ids = [Command.set(self.wholesale.ids)]
        lead.customer_group_ids = [Command.clear()]
        self.env.invalidate_all()
        self.assertEqual(self.enquiry.customer_group_ids, self.secret)
        with self.assertRaises(AccessError):
            lead.write(self.put_into(self.secret))

    def test_lead_and_group_of_different_companies(self):
        lead = self.create_lead("There", company_id=self.there.id)
        with self.assertRefused(
            UserError, "There belongs to There and cannot be in “Local”"
        ):
            lead.write(self.put_into(self.local))
        lead.write(self.put_into(self.secret))
        with self.assertRefused(UserError, "There belongs to Here"):
            lead.company_id = self.here
        with self.assertRefused(UserError, "leads of another company are in it"):
            self.secret.company_id = self.here
        lead.company_id = self.there
        with self.assertRaises(UserError) as caught:
            self.as_user(self.enquiry, self.here_user).company_id = self.here
        self.assertIn("which you cannot see", str(caught.exception))
        self.assertNotIn("Secret", str(caught.exception))

    def test_groups_with_leads_of_another_company_are_not_merged(self):
        self.create_lead(
            "There", company_id=self.there.id, **self.put_into(self.students)
        )
        with self.assertRefused(UserError, "leads of other companies are in"):
            self.students._merge_into(self.local)

    def test_groups_of_another_company_are_not_taken_over(self):
        self.dora.customer_group_ids = self.secret + self.local + self.students
        lead = self.Lead.with_user(self.here_user).create(
            {"name": "For Dora", "partner_id": self.dora.id}
        )
        self.assertEqual(lead.company_id, self.here)
        self.env.invalidate_all()
        self.assertEqual(lead.sudo().customer_group_ids, self.local + self.students)

    def test_convert_by_a_user_of_one_company(self):
        """Hidden groups do not reach the contact, nor do those of another company."""
        lead = self.as_user(self.enquiry, self.here_user)
        self.assertTrue(lead.sudo().customer_group_ids)
        lead.convert_opportunity(self.dora)
        self.env.invalidate_all()
        self.assertEqual(self.dora.customer_group_ids, self.local)
        self.assertEqual(self.enquiry.customer_group_ids, self.local + self.secret)
        self.cleo.company_id = self.there
        lead = self.create_lead("Local", **self.put_into(self.local))
        lead.convert_opportunity(self.cleo)
        self.assertEqual(self.cleo.customer_group_ids, self.wholesale_eu)
        self.assertLedger()

    def test_lead_that_moves_to_the_company_of_its_contact(self):
        """The user who converts it cannot see it any longer, and is not stopped."""
        self.cleo.company_id = self.there
        lead = self.as_user(self.enquiry, self.selling_manager)
        lead._handle_partner_assignment(force_partner_id=self.cleo.id)
        self.env.invalidate_all()
        self.assertEqual(self.enquiry.company_id, self.there)
        self.assertEqual(self.cleo.customer_group_ids, self.wholesale_eu)

    def test_merge_keeps_hidden_groups(self):
        other = self.create_lead("Other", company_id=self.here.id)
        other.customer_group_ids = self.students
        leads = self.as_user(self.enquiry + other, self.here_user)
        merged = leads.merge_opportunity().sudo()
        self.assertTrue(self.local + self.students <= merged.customer_group_ids)
